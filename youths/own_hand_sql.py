"""SQL of whose hand wrote a row: what the web writes, it writes as the person it acts for, whatever its statement says.

The policies say for which organisation; within it, nobody signs for a colleague. The functions of the owner (a merge, a
youth's own link) and the worker write for others, and say who.
"""

FUNCTION = """
CREATE FUNCTION tu_own_hand() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    name text;
    hand text;
BEGIN
    FOREACH name IN ARRAY TG_ARGV LOOP
        hand := to_jsonb(NEW) ->> name;
        CONTINUE WHEN hand IS NULL OR hand = tu_user()::text;
        CONTINUE WHEN TG_OP = 'UPDATE' AND hand IS NOT DISTINCT FROM to_jsonb(OLD) ->> name;
        RAISE EXCEPTION 'row-level security: % is written in the name of somebody else', name
            USING ERRCODE = 'insufficient_privilege';
    END LOOP;
    RETURN NEW;
END $$;
REVOKE ALL ON FUNCTION tu_own_hand() FROM public;
"""
NO_FUNCTION = "DROP FUNCTION tu_own_hand();"


def signed(tables: dict[str, str]) -> str:
    """The triggers of tables, each with the column that says who wrote."""
    return "".join(
        f"CREATE TRIGGER {table}_own_hand BEFORE INSERT OR UPDATE OF {column} ON {table} FOR EACH ROW"
        f" WHEN (current_user = 'tu_app') EXECUTE FUNCTION tu_own_hand('{column}');"
        for table, column in tables.items()
    )


def not_signed(tables: dict[str, str]) -> str:
    """The way back of :func:`signed`."""
    return "".join(f"DROP TRIGGER {table}_own_hand ON {table};" for table in tables)


TABLES = {
    "youths_journalentry": "author_id",
    "youths_privatenote": "author_id",
    "youths_obstaclestep": "author_id",
    "youths_situation": "recorded_by_id",
}
SIGNED, NOT_SIGNED = signed(TABLES), not_signed(TABLES)
