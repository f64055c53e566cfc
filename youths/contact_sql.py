"""SQL of how a youth is reached: since when, whoever changed it, by a correction or an import.

A merge says it itself (``youths.merging_sql``): once undone, it never was.
"""

CHANGED = """
CREATE FUNCTION tu_contact_changed() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    NEW.contact_changed_at := tu_now();
    RETURN NEW;
END $$;
CREATE TRIGGER youths_youth_contact BEFORE UPDATE ON youths_youth FOR EACH ROW
    WHEN (current_user <> 'tu_owner'
          AND (OLD.phone, OLD.email, OLD.municipality_id) IS DISTINCT FROM (NEW.phone, NEW.email, NEW.municipality_id))
    EXECUTE FUNCTION tu_contact_changed();
"""
NOT_CHANGED = "DROP TRIGGER youths_youth_contact ON youths_youth; DROP FUNCTION tu_contact_changed();"
