"""SQL of what each organisation may read the record of: one row for each of them and each youth (ADR 0044).

Written by triggers, whoever changes a record or a link, and read under a policy that asks for one column. What has
ended stays, with its day, until something changes: whoever reads asks whether it has passed.
"""

# What the table must say. A link that only waits for an outcome opens nothing.
EXPECTED = """
SELECT g.youth_id, g.organisation_id, g.kept, g.access_until, y.search_name,
       CASE WHEN NOT g.kept THEN
           tu_search_words(g.organisation_id, NULL, y.last_name, y.first_name, y.file_number, y.phone)
       END AS search_words
FROM (
    SELECT w.youth_id, w.organisation_id, bool_or(w.kept) AS kept,
           CASE WHEN NOT bool_or(w.access_until IS NULL) THEN max(w.access_until) END AS access_until
    FROM (
        SELECT k.id AS youth_id, k.held_by_id AS organisation_id, true AS kept, NULL::timestamptz AS access_until
        FROM youths_youth k
        UNION ALL
        SELECT k.id, k.registered_with_id, true, NULL FROM youths_youth k WHERE k.registered_with_id IS NOT NULL
        UNION ALL
        SELECT a.youth_id, a.organisation_id, false, a.access_until FROM youths_accompaniment a
        WHERE a.role <> 'closing') w
    WHERE {which}
    GROUP BY w.youth_id, w.organisation_id) g
JOIN youths_youth y ON y.id = g.youth_id
WHERE y.merged_into_id IS NULL
"""
_COLUMNS = "youth_id, organisation_id, kept, access_until, search_name, search_words"
# The whole table at once: for rows that were written without their triggers.
FILL = f"INSERT INTO youths_reach ({_COLUMNS}) {EXPECTED.format(which='true')} ORDER BY organisation_id, search_name"

# Two at once: who finds the row waits for it, then reads what the other wrote. Who finds none waits for whoever changes
# the record, or is the first to link it elsewhere: what they write is not seen yet, and its row would be another one.
FOLLOWING = f"""
CREATE FUNCTION tu_reach(one bigint, whose bigint) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    PERFORM FROM youths_reach WHERE youth_id = one AND organisation_id = whose FOR UPDATE;
    IF NOT FOUND THEN
        PERFORM FROM youths_youth WHERE id = one FOR NO KEY UPDATE;
    END IF;
    INSERT INTO youths_reach AS held ({_COLUMNS})
    {EXPECTED.format(which="w.youth_id = one AND w.organisation_id = whose")}
    ON CONFLICT (youth_id, organisation_id) DO UPDATE
    SET kept = EXCLUDED.kept, access_until = EXCLUDED.access_until,
        search_name = EXCLUDED.search_name, search_words = EXCLUDED.search_words
    WHERE (held.kept, held.access_until, held.search_name, held.search_words)
        IS DISTINCT FROM (EXCLUDED.kept, EXCLUDED.access_until, EXCLUDED.search_name, EXCLUDED.search_words);
    IF NOT FOUND THEN
        DELETE FROM youths_reach r WHERE r.youth_id = one AND r.organisation_id = whose
            AND NOT EXISTS ({EXPECTED.format(which="w.youth_id = one AND w.organisation_id = whose")});
    END IF;
END $$;
CREATE FUNCTION tu_reach_of_link() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF TG_OP <> 'INSERT' THEN
        PERFORM tu_reach(OLD.youth_id, OLD.organisation_id);
    END IF;
    IF TG_OP = 'INSERT' OR (TG_OP = 'UPDATE' AND (NEW.youth_id, NEW.organisation_id)
                                                 IS DISTINCT FROM (OLD.youth_id, OLD.organisation_id)) THEN
        PERFORM tu_reach(NEW.youth_id, NEW.organisation_id);
    END IF;
    RETURN NULL;
END $$;
CREATE FUNCTION tu_reach_of_youth() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        DELETE FROM youths_reach WHERE youth_id = OLD.id;
    ELSE
        PERFORM tu_reach(NEW.id, w.id) FROM (
            SELECT NEW.held_by_id AS id UNION SELECT NEW.registered_with_id
            UNION SELECT r.organisation_id FROM youths_reach r WHERE r.youth_id = NEW.id
            UNION SELECT a.organisation_id FROM youths_accompaniment a WHERE a.youth_id = NEW.id) w
        WHERE w.id IS NOT NULL;
    END IF;
    RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION tu_reach(bigint, bigint), tu_reach_of_link(), tu_reach_of_youth() FROM public;
CREATE TRIGGER youths_reach_link AFTER INSERT OR DELETE OR UPDATE OF youth_id, organisation_id, role, access_until
    ON youths_accompaniment FOR EACH ROW EXECUTE FUNCTION tu_reach_of_link();
CREATE TRIGGER youths_reach_youth AFTER INSERT OR DELETE ON youths_youth
    FOR EACH ROW EXECUTE FUNCTION tu_reach_of_youth();
CREATE TRIGGER youths_reach_changed AFTER UPDATE ON youths_youth FOR EACH ROW
    WHEN ((OLD.held_by_id, OLD.registered_with_id, OLD.merged_into_id, OLD.last_name, OLD.first_name, OLD.file_number,
           OLD.phone) IS DISTINCT FROM
          (NEW.held_by_id, NEW.registered_with_id, NEW.merged_into_id, NEW.last_name, NEW.first_name, NEW.file_number,
           NEW.phone))
    EXECUTE FUNCTION tu_reach_of_youth();
REVOKE INSERT, UPDATE, DELETE ON youths_reach FROM tu_app, tu_worker;
"""  # noqa: S608 - constants of this module
NOT_FOLLOWING = """
DROP TRIGGER youths_reach_changed ON youths_youth; DROP TRIGGER youths_reach_youth ON youths_youth;
DROP TRIGGER youths_reach_link ON youths_accompaniment;
DROP FUNCTION tu_reach_of_youth(); DROP FUNCTION tu_reach_of_link(); DROP FUNCTION tu_reach(bigint, bigint);
"""

# Rows that are missing, too many, or say something else.
WRONG = f"""
SELECT coalesce(e.youth_id, r.youth_id), coalesce(e.organisation_id, r.organisation_id)
FROM ({EXPECTED.format(which="true")}) e
FULL JOIN youths_reach r ON r.youth_id = e.youth_id AND r.organisation_id = e.organisation_id
WHERE (e.kept, e.access_until, e.search_name, e.search_words)
    IS DISTINCT FROM (r.kept, r.access_until, r.search_name, r.search_words)
"""  # noqa: S608 - constants of this module
