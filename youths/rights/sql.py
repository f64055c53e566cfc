"""SQL of the rights of the person: finding who asks, and erasing them whole (ADR 0023)."""

# The delegate sees no record: these say whether the organisation holds something about the person who asks, and to
# whom a request of theirs is about. A link that has ended still counts: what was kept must be answered for.
FIND = """
CREATE FUNCTION tu_holds_something(youth bigint) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
BEGIN ATOMIC
    SELECT EXISTS (SELECT 1 FROM youths_youth y WHERE y.id = youth
                   AND (y.held_by_id = tu_org() OR y.registered_with_id = tu_org()))
        OR EXISTS (SELECT 1 FROM youths_accompaniment a WHERE a.youth_id = youth AND a.organisation_id = tu_org());
END;
CREATE FUNCTION tu_find_person(name text, born date, number text) RETURNS SETOF bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
BEGIN ATOMIC
    SELECT y.id FROM youths_youth y
    WHERE y.held_by_id = tu_org() AND y.birth_date = born AND y.search_name = name COLLATE "C"
    UNION
    SELECT y.id FROM youths_youth y
    WHERE y.registered_with_id = tu_org() AND y.birth_date = born AND y.search_name = name COLLATE "C"
    UNION
    SELECT y.id FROM youths_youth y
    WHERE y.registered_with_id = tu_org() AND number <> '' AND y.file_number = number
    UNION
    SELECT y.id FROM youths_accompaniment a JOIN youths_youth y ON y.id = a.youth_id
    WHERE a.organisation_id = tu_org() AND y.birth_date = born AND y.search_name = name COLLATE "C";
END;
CREATE FUNCTION tu_person_of_request(request bigint) RETURNS TABLE (first_name text, last_name text, birth_date date)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
BEGIN ATOMIC
    SELECT y.first_name::text, y.last_name::text, y.birth_date
    FROM youths_rightsrequest r JOIN youths_youth y ON y.id = r.youth_id
    WHERE r.id = request AND r.organisation_id = tu_org();
END;
REVOKE ALL ON FUNCTION tu_holds_something(bigint), tu_find_person(text, date, text), tu_person_of_request(bigint)
    FROM public;
GRANT EXECUTE ON FUNCTION tu_holds_something(bigint), tu_find_person(text, date, text), tu_person_of_request(bigint)
    TO tu_app, tu_worker;
"""
NO_FIND = """
DROP FUNCTION tu_person_of_request(bigint); DROP FUNCTION tu_find_person(text, date, text);
DROP FUNCTION tu_holds_something(bigint);
"""

# Every row that a chain of foreign keys leads to a youth from: read from the catalogue, so that a table added later is
# erased too. In a system scope, on the worker's login; the trail and the history hold no foreign key.
ERASE = """
CREATE FUNCTION tu_erase_rows(target regclass, ids bigint[], INOUT counts jsonb)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    link record;
    child_ids bigint[];
    key text;
    gone bigint;
BEGIN
    SELECT a.attname INTO key FROM pg_index i
    JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
    WHERE i.indrelid = target AND i.indisprimary;
    FOR link IN
        SELECT c.conrelid::regclass AS child, a.attname AS "column",
               (SELECT k.attname FROM pg_index i
                JOIN pg_attribute k ON k.attrelid = i.indrelid AND k.attnum = i.indkey[0]
                WHERE i.indrelid = c.conrelid AND i.indisprimary) AS child_key
        FROM pg_constraint c JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
        WHERE c.contype = 'f' AND c.confrelid = target
    LOOP
        EXECUTE format('SELECT coalesce(array_agg(%I), ''{}'') FROM %s'
                       ' WHERE %I = ANY ($1) AND NOT (%L AND %I = ANY ($1))',
                       link.child_key, link.child, link."column", link.child = target, link.child_key)
        INTO child_ids USING ids;
        IF child_ids <> '{}' THEN
            counts := tu_erase_rows(link.child, child_ids, counts);
        END IF;
    END LOOP;
    EXECUTE format('DELETE FROM %s WHERE %I = ANY ($1)', target, key) USING ids;
    GET DIAGNOSTICS gone = ROW_COUNT;
    IF gone > 0 THEN
        counts := counts || jsonb_build_object(target::text, coalesce((counts ->> target::text)::bigint, 0) + gone);
    END IF;
END $$;
CREATE FUNCTION tu_erase_youth(youth bigint) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NOT tu_system() THEN
        RAISE EXCEPTION 'a record is erased in a system scope' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN tu_erase_rows('youths_youth', ARRAY[youth], '{}');
END $$;
REVOKE ALL ON FUNCTION tu_erase_rows(regclass, bigint[], jsonb), tu_erase_youth(bigint) FROM public;
GRANT EXECUTE ON FUNCTION tu_erase_youth(bigint) TO tu_worker;
"""
NO_ERASE = "DROP FUNCTION tu_erase_youth(bigint); DROP FUNCTION tu_erase_rows(regclass, bigint[], jsonb);"

# A proof is written by the worker, and by nobody changed. What is announced is the worker's; the delegate may keep.
PRIVILEGES = """
REVOKE UPDATE, DELETE ON youths_erasure FROM tu_app, tu_worker;
REVOKE INSERT, UPDATE, DELETE ON youths_retentionnotice FROM tu_app;
GRANT UPDATE (kept_until, kept_reason, kept_by_id) ON youths_retentionnotice TO tu_app;
REVOKE UPDATE, DELETE ON youths_rightsrequest FROM tu_app;
GRANT UPDATE (due_on, extension_reason, state, answer, answered_on, handled_by_id, gathering) ON youths_rightsrequest
    TO tu_app;
"""
