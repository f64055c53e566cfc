"""SQL of the private files: a row leads to the file that its own gesture brought, and to no other.

A document is served behind the door of the row that names it, and its number can be guessed: whoever could name the
file of others in a row of their own would be handed it.
"""

# The web adds documents, under names like those of ``core.documents``: one name for a file, and one file for a name.
OF_THE_WEB = """
REVOKE UPDATE ON core_document FROM tu_app, tu_worker;
CREATE FUNCTION tu_document_of_the_web() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NEW.path !~ '^[0-9a-f]{2}/[0-9a-f]{32}$' THEN
        RAISE EXCEPTION 'row-level security: no name for a file' USING ERRCODE = 'insufficient_privilege';
    END IF;
    NEW.created_at := tu_now();
    RETURN NEW;
END $$;
REVOKE ALL ON FUNCTION tu_document_of_the_web() FROM public;
CREATE TRIGGER core_document_of_the_web BEFORE INSERT ON core_document
    FOR EACH ROW WHEN (current_user = 'tu_app') EXECUTE FUNCTION tu_document_of_the_web();
CREATE FUNCTION tu_document_just_brought() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    brought bigint := to_jsonb(NEW) ->> TG_ARGV[0];
BEGIN
    IF brought IS NULL OR (TG_OP = 'UPDATE' AND brought::text IS NOT DISTINCT FROM to_jsonb(OLD) ->> TG_ARGV[0]) THEN
        RETURN NEW;
    END IF;
    -- Of this transaction, whose moment it bears.
    IF NOT EXISTS (SELECT FROM core_document d WHERE d.id = brought AND d.created_at = tu_now()) THEN
        RAISE EXCEPTION 'row-level security: the file of others' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;
REVOKE ALL ON FUNCTION tu_document_just_brought() FROM public;
"""
NOT_OF_THE_WEB = """
DROP FUNCTION tu_document_just_brought();
DROP TRIGGER core_document_of_the_web ON core_document; DROP FUNCTION tu_document_of_the_web();
GRANT UPDATE ON core_document TO tu_app, tu_worker;
"""


def brought(table: str, *columns: str) -> str:
    """The triggers of a table whose columns name documents."""
    return "".join(
        f"CREATE TRIGGER {table}_{column}_brought BEFORE INSERT OR UPDATE OF {column} ON {table} FOR EACH ROW"
        f" WHEN (current_user = 'tu_app') EXECUTE FUNCTION tu_document_just_brought('{column}');"
        for column in columns
    )


def not_brought(table: str, *columns: str) -> str:
    """The way back of :func:`brought`."""
    return "".join(f"DROP TRIGGER {table}_{column}_brought ON {table};" for column in columns)
