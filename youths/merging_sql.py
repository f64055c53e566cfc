"""SQL of the acts that cross two organisations or two records: adopt, attach, merge, undo, transfer (ADR 0019).

Each function that the web may call is SECURITY DEFINER, checks by itself for whom the connection works, and answers
"no" (false, NULL) to a race that was lost; it raises insufficient_privilege for what nobody honest asks. The others
belong to the owner alone.
"""

# What the others ask, by number or by address. It gives a number: what may be read of it is the policies' business.
KEPT = """
CREATE FUNCTION tu_kept(youth bigint) RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
BEGIN ATOMIC
    SELECT coalesce(
        (SELECT m.youth_id FROM youths_merge m WHERE m.merged_key = youth AND m.undone_at IS NULL), youth);
END;
CREATE FUNCTION tu_kept_of(address uuid) RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
BEGIN ATOMIC
    SELECT m.youth_id FROM youths_merge m WHERE m.merged_uuid = address AND m.undone_at IS NULL LIMIT 1;
END;
-- Whether the story of a youth is read at a moment: from the start, or since one came with a record of one's own.
CREATE FUNCTION tu_reads(youth bigint, moment timestamptz) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
BEGIN ATOMIC
    SELECT tu_keeps(youth) OR EXISTS (
        SELECT 1 FROM youths_accompaniment a
        WHERE a.youth_id = youth AND a.organisation_id = tu_org() AND a.role <> 'contacted'
          AND (a.access_until IS NULL OR a.access_until > tu_now())
          AND (a.reads_from IS NULL OR a.reads_from <= moment));
END;
REVOKE ALL ON FUNCTION tu_kept(bigint), tu_kept_of(uuid), tu_reads(bigint, timestamptz) FROM public;
GRANT EXECUTE ON FUNCTION tu_kept(bigint), tu_kept_of(uuid), tu_reads(bigint, timestamptz) TO tu_app, tu_worker;
"""
NO_KEPT = "DROP FUNCTION tu_reads(bigint, timestamptz); DROP FUNCTION tu_kept_of(uuid); DROP FUNCTION tu_kept(bigint);"

# The story of before is not read either with the first wall removed; one's own words are. Restrictive: it narrows
# whatever else the policies of these tables say.
_READ = {
    "youths_journalentry": ("organisation_id = {org}", "at"),
    "youths_nextstep": ("proposed_for_id = {org}", "coalesce(closed_at, proposed_at)"),
    "youths_obstacle": (
        "organisation_id = {org} OR taken_by_id = {org}",
        "(coalesce(closed_on, since) + 1)::timestamptz",
    ),
    "youths_obstaclestep": ("organisation_id = {org}", "at"),
}
READING = "".join(
    f"CREATE POLICY {table}_from ON {table} AS RESTRICTIVE FOR SELECT TO tu_app, tu_worker"
    f" USING (coalesce({own.format(org='(SELECT tu_org())')} OR tu_reads(youth_id, {moment})"
    " OR (current_user = 'tu_worker' AND tu_system()), false));"
    for table, (own, moment) in _READ.items()
)
NO_READING = "".join(f"DROP POLICY {table}_from ON {table};" for table in _READ)

# --- What belongs to the owner alone ------------------------------------------------------------------

# Every column that leads to a youth, as the catalogue knows it: a table of tomorrow is not forgotten.
_COLUMNS = """
CREATE FUNCTION tu_youth_columns() RETURNS TABLE (tab name, col name, key name)
LANGUAGE sql STABLE SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT c.relname, a.attname, k.attname
    FROM pg_constraint f
    JOIN pg_class c ON c.oid = f.conrelid
    JOIN pg_attribute a ON a.attrelid = f.conrelid AND a.attnum = f.conkey[1]
    JOIN pg_index i ON i.indrelid = f.conrelid AND i.indisprimary
    JOIN pg_attribute k ON k.attrelid = f.conrelid AND k.attnum = i.indkey[0]
    WHERE f.contype = 'f' AND f.confrelid = 'public.youths_youth'::regclass AND f.conparentid = 0
    ORDER BY c.relname, a.attname
$$;
"""
# Rows change youth. One that the other record has already (a unique row) stays where it is.
_REPOINT = """
CREATE FUNCTION tu_repoint(tab name, col name, key name, ids bigint[], source bigint, target bigint) RETURNS bigint[]
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    statement text := format('UPDATE %I SET %I = $2 WHERE %I = ANY ($1) AND %I = $3', tab, col, key, col);
    one bigint;
    moved bigint[] := ARRAY[]::bigint[];
BEGIN
    BEGIN
        EXECUTE statement USING ids, target, source;
        RETURN ids;
    EXCEPTION WHEN unique_violation OR check_violation OR exclusion_violation THEN
        FOREACH one IN ARRAY ids LOOP
            BEGIN
                EXECUTE statement USING ARRAY[one], target, source;
                moved := moved || one;
            EXCEPTION WHEN unique_violation OR check_violation OR exclusion_violation THEN
                NULL;
            END;
        END LOOP;
        RETURN moved;
    END;
END $$;
"""
# Everything that hangs on a record goes to another one; says what moved. A task names its youth without a foreign key.
_MOVE = """
CREATE FUNCTION tu_move_youth(source bigint, target bigint) RETURNS jsonb
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    one record;
    ids bigint[];
    moved jsonb := '{}';
BEGIN
    FOR one IN SELECT tab, col, key, 'true' AS which FROM tu_youth_columns()
               UNION ALL SELECT 'core_task', 'subject_id', 'id', 'subject_kind IN (''youth'', ''accompaniment'')' LOOP
        EXECUTE format('SELECT array_agg(%I ORDER BY %I) FROM %I WHERE %I = $1 AND %s',
                       one.key, one.key, one.tab, one.col, one.which) INTO ids USING source;
        CONTINUE WHEN ids IS NULL;
        ids := tu_repoint(one.tab, one.col, one.key, ids, source, target);
        IF cardinality(ids) > 0 THEN
            moved := moved || jsonb_build_object(one.tab || '.' || one.col, to_jsonb(ids));
        END IF;
    END LOOP;
    RETURN moved;
END $$;
"""
# A row is changed, and what it was is told, so that it can be put back.
_AMEND = """
CREATE FUNCTION tu_amend(tab name, row_id bigint, wanted jsonb) RETURNS jsonb
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    before jsonb;
    after jsonb;
    sets text;
BEGIN
    SELECT string_agg(format('%I = (jsonb_populate_record(NULL::%I, $2)).%I', c, tab, c), ', ')
    INTO sets FROM jsonb_object_keys(wanted) AS c;
    EXECUTE format('SELECT to_jsonb(t) FROM %I t WHERE id = $1', tab) INTO before USING row_id;
    EXECUTE format('UPDATE %I SET %s WHERE id = $1', tab, sets) USING row_id, wanted;
    EXECUTE format('SELECT to_jsonb(t) FROM %I t WHERE id = $1', tab) INTO after USING row_id;
    RETURN jsonb_build_array(jsonb_build_object('table', tab, 'id', row_id, 'values',
        (SELECT jsonb_object_agg(c, jsonb_build_array(before -> c, after -> c)) FROM jsonb_object_keys(wanted) AS c)));
END $$;
-- Put back, the last first; a row that somebody wrote since stays as they wrote it.
CREATE FUNCTION tu_restore(changes jsonb) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    change jsonb;
    held jsonb;
BEGIN
    FOR change IN SELECT c.value FROM jsonb_array_elements(changes) WITH ORDINALITY AS c ORDER BY c.ordinality DESC LOOP
        EXECUTE format('SELECT to_jsonb(t) FROM %I t WHERE id = $1', change ->> 'table')
        INTO held USING (change ->> 'id')::bigint;
        CONTINUE WHEN held IS NULL OR EXISTS (
            SELECT 1 FROM jsonb_each(change -> 'values') AS v WHERE held -> v.key IS DISTINCT FROM v.value -> 1);
        BEGIN
            PERFORM tu_amend((change ->> 'table')::name, (change ->> 'id')::bigint,
                (SELECT jsonb_object_agg(v.key, v.value -> 0) FROM jsonb_each(change -> 'values') AS v));
        EXCEPTION WHEN unique_violation OR check_violation OR exclusion_violation THEN
            NULL;
        END;
    END LOOP;
END $$;
"""
# Where both records hold what a record holds once, what it becomes: nothing that tells a fact stays behind.
_RECONCILE = """
CREATE FUNCTION tu_reconcile(kept bigint, merged bigint, apart boolean) RETURNS jsonb
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    today date := (tu_now() AT TIME ZONE 'Europe/Paris')::date;
    changes jsonb := '[]';
    one record;
    led boolean := EXISTS (SELECT 1 FROM youths_accompaniment
                           WHERE youth_id = kept AND role = 'lead' AND ended_on IS NULL);
BEGIN
    -- Those who come with the merged record do not read what the others had written before.
    IF apart THEN
        FOR one IN SELECT id FROM youths_accompaniment
                   WHERE youth_id = merged AND organisation_id <> tu_org() ORDER BY id LOOP
            changes := changes || tu_amend('youths_accompaniment', one.id, jsonb_build_object('reads_from', tu_now()));
        END LOOP;
    END IF;
    -- The same person accompanies both: one link goes on, in the stronger role; the other one is told as ended, and its
    -- access is that of the first from then on: left without an end, it would outlive it.
    FOR one IN
        SELECT a.id, a.role, a.access_until, a.started_on, a.organisation_id,
               k.id AS twin, k.role AS twin_role, k.access_until AS twin_until
        FROM youths_accompaniment a
        JOIN youths_accompaniment k ON k.youth_id = kept AND k.ended_on IS NULL
             AND k.organisation_id = a.organisation_id AND k.professional_id IS NOT DISTINCT FROM a.professional_id
        WHERE a.youth_id = merged AND a.ended_on IS NULL ORDER BY a.id
    LOOP
        changes := changes || tu_amend('youths_accompaniment', one.id,
            jsonb_build_object('ended_on', greatest(today, one.started_on), 'end_reason', 'merged',
                'access_until', least(one.access_until, tu_now())));
        IF one.twin_role = 'contacted' AND one.role <> 'contacted' THEN
            changes := changes || tu_amend('youths_accompaniment', one.twin, jsonb_build_object('role', 'partner',
                'reads_from', CASE WHEN apart AND one.organisation_id <> tu_org() THEN tu_now() END));
        END IF;
        IF one.role = 'lead' AND NOT led THEN
            led := true;
            changes := changes || tu_amend('youths_accompaniment', one.twin, '{"role": "lead"}');
        END IF;
        IF one.access_until IS NULL AND one.twin_until IS NOT NULL THEN
            changes := changes || tu_amend('youths_accompaniment', one.twin, '{"access_until": null}');
        END IF;
    END LOOP;
    -- One lead: that of the record that is kept. The other one goes on accompanying.
    IF led THEN
        FOR one IN SELECT id FROM youths_accompaniment
                   WHERE youth_id = merged AND role = 'lead' AND ended_on IS NULL LOOP
            changes := changes || tu_amend('youths_accompaniment', one.id, '{"role": "partner"}');
        END LOOP;
    END IF;
    -- One situation of a kind: the latest; the other one ended when it began.
    FOR one IN
        SELECT m.id, m.since, k.id AS twin, k.since AS twin_since
        FROM youths_situation m
        JOIN youths_situation k ON k.youth_id = kept AND k.kind = m.kind AND k.until IS NULL
        WHERE m.youth_id = merged AND m.until IS NULL ORDER BY m.id
    LOOP
        IF one.since > one.twin_since THEN
            changes := changes || tu_amend('youths_situation', one.twin, jsonb_build_object('until', one.since));
        ELSE
            changes := changes || tu_amend('youths_situation', one.id, jsonb_build_object('until', one.twin_since));
        END IF;
    END LOOP;
    -- One step to come: that of the record that is kept replaces the other one.
    FOR one IN
        SELECT m.id FROM youths_nextstep m
        WHERE m.youth_id = merged AND m.closing = ''
          AND EXISTS (SELECT 1 FROM youths_nextstep k WHERE k.youth_id = kept AND k.closing = '')
    LOOP
        -- Its tasks end with it; told first, so that they come back with it.
        changes := changes || coalesce(
            (SELECT jsonb_agg(tu_amend('core_task', t.id, jsonb_build_object('done_at', tu_now())) -> 0)
             FROM core_task t WHERE t.subject_kind = 'accompaniment' AND t.subject_id = merged
               AND t.kind = 'next_step' AND t.done_at IS NULL), '[]');
        changes := changes || tu_amend('youths_nextstep', one.id,
            jsonb_build_object('closing', 'remplace', 'closed_at', tu_now(), 'closed_for_id', tu_org()));
    END LOOP;
    -- A request made twice is one: the earlier day to answer holds.
    FOR one IN
        SELECT m.id, m.due_on, k.id AS twin, k.due_on AS twin_due
        FROM youths_rightsrequest m
        JOIN youths_rightsrequest k ON k.youth_id = kept AND k.state = 'ouverte'
             AND k.kind = m.kind AND k.organisation_id = m.organisation_id
        WHERE m.youth_id = merged AND m.state = 'ouverte' ORDER BY m.id
    LOOP
        changes := changes || tu_amend('youths_rightsrequest', one.id, jsonb_build_object('state', 'satisfaite',
            'answered_on', today, 'answer', 'Traitée avec la même demande, sur le dossier conservé.'));
        IF one.due_on < one.twin_due THEN
            changes := changes || tu_amend('youths_rightsrequest', one.twin, jsonb_build_object('due_on', one.due_on));
        END IF;
    END LOOP;
    -- An obstacle noted twice is one: what was done about both is told of it, since the earlier day.
    FOR one IN
        SELECT m.id, m.since, k.id AS twin, k.since AS twin_since
        FROM youths_obstacle m
        JOIN youths_obstacle k ON k.youth_id = kept AND k.category = m.category AND k.closing = ''
        WHERE m.youth_id = merged AND m.closing = '' ORDER BY m.id
    LOOP
        IF one.since < one.twin_since AND NOT apart THEN
            changes := changes || tu_amend('youths_obstacle', one.twin, jsonb_build_object('since', one.since));
        END IF;
        changes := changes || coalesce(
            (SELECT jsonb_agg(tu_amend('youths_obstaclestep', s.id, jsonb_build_object('obstacle_id', one.twin)) -> 0)
             FROM youths_obstaclestep s WHERE s.obstacle_id = one.id), '[]');
    END LOOP;
    RETURN changes;
END $$;
"""
# The identity that is kept is that of the first record, but for the columns named.
_JOIN = """
CREATE FUNCTION tu_join(kept bigint, merged bigint, how text, columns text[]) RETURNS bigint
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    changes jsonb;
    moved jsonb;
    taken jsonb;
    c text;
    made bigint;
BEGIN
    IF EXISTS (SELECT 1 FROM youths_transfer WHERE youth_id IN (kept, merged) AND state = 'propose') THEN
        RETURN NULL;
    END IF;
    changes := tu_reconcile(kept, merged, how = 'attach');
    moved := tu_move_youth(merged, kept);
    -- What is left of the tasks is what the other record waits for already.
    changes := changes || coalesce(
        (SELECT jsonb_agg(tu_amend('core_task', t.id, jsonb_build_object('done_at', tu_now())) -> 0)
         FROM core_task t WHERE t.subject_kind IN ('youth', 'accompaniment') AND t.subject_id = merged
           AND t.done_at IS NULL), '[]');
    SELECT to_jsonb(y) INTO taken FROM youths_youth y WHERE y.id = merged;
    -- Hidden first: its file number may go to the record that is kept.
    UPDATE youths_youth SET merged_into_id = kept WHERE id = merged;
    FOREACH c IN ARRAY columns LOOP
        changes := changes || tu_amend('youths_youth', kept, jsonb_build_object(c, taken -> c));
    END LOOP;
    changes := changes || tu_amend('youths_youth', kept, (
        SELECT jsonb_build_object('last_contact_on', greatest(y.last_contact_on, (taken ->> 'last_contact_on')::date))
        FROM youths_youth y WHERE y.id = kept));
    IF columns && ARRAY['phone', 'email', 'municipality_id'] THEN
        -- As a correction says it (youths.contact_sql); and said no more once the two are separated.
        changes := changes || tu_amend('youths_youth', kept, jsonb_build_object('contact_changed_at', tu_now()));
    END IF;
    UPDATE youths_youth SET version = version + 1 WHERE id = kept;
    INSERT INTO youths_merge (uuid, youth_id, merged_key, merged_uuid, kind, organisation_id, by_id, at, moved, changed)
    VALUES (gen_random_uuid(), kept, merged, (taken ->> 'uuid')::uuid, how, tu_org(), tu_user(), tu_now(), moved,
            changes)
    RETURNING id INTO made;
    RETURN made;
END $$;
"""
_OWNERS = """
REVOKE ALL ON FUNCTION tu_youth_columns(), tu_repoint(name, name, name, bigint[], bigint, bigint),
    tu_move_youth(bigint, bigint), tu_amend(name, bigint, jsonb), tu_restore(jsonb),
    tu_reconcile(bigint, bigint, boolean), tu_join(bigint, bigint, text, text[]) FROM public;
"""
MOVING = _COLUMNS + _REPOINT + _MOVE + _AMEND + _RECONCILE + _JOIN + _OWNERS
NO_MOVING = """
DROP FUNCTION tu_join(bigint, bigint, text, text[]); DROP FUNCTION tu_reconcile(bigint, bigint, boolean);
DROP FUNCTION tu_restore(jsonb); DROP FUNCTION tu_amend(name, bigint, jsonb);
DROP FUNCTION tu_move_youth(bigint, bigint);
DROP FUNCTION tu_repoint(name, name, name, bigint[], bigint, bigint); DROP FUNCTION tu_youth_columns();
"""

# --- What the web may call ----------------------------------------------------------------------------

_ASKING = """
CREATE FUNCTION tu_works_with_youths() RETURNS boolean LANGUAGE sql STABLE
SET search_path = pg_catalog, public, pg_temp
    RETURN tu_org() IS NOT NULL AND current_setting('app.role', true) IN ('professional', 'manager');
CREATE FUNCTION tu_is_local_ml(organisation bigint) RETURNS boolean LANGUAGE sql STABLE
SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT EXISTS (SELECT 1 FROM partners_organisation WHERE id = organisation AND network = 'ml' AND level = 'local')
$$;
-- A link that ended, whose access lasts a while, reads and takes nothing over; nor does one that awaits an outcome.
CREATE FUNCTION tu_received(youth bigint) RETURNS boolean LANGUAGE sql STABLE
SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT EXISTS (
        SELECT 1 FROM youths_accompaniment a
        WHERE a.youth_id = youth AND a.organisation_id = tu_org() AND a.ended_on IS NULL AND a.role <> 'closing'
          AND (a.access_until IS NULL OR a.access_until > tu_now()))
$$;
"""
# A record that no Mission Locale registered becomes that of the one which received it.
_ADOPT = """
CREATE FUNCTION tu_adopt_youth(youth bigint, number text) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NOT (tu_works_with_youths() AND tu_is_local_ml(tu_org()) AND tu_received(youth)) THEN
        RAISE EXCEPTION 'row-level security: this record was not sent here'
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    UPDATE youths_youth SET held_by_id = tu_org(), registered_with_id = tu_org(), file_number = number,
                            version = version + 1
    WHERE id = youth AND registered_with_id IS NULL AND merged_into_id IS NULL;
    RETURN FOUND;
END $$;
"""
# Two records, locked in the same order by everybody; NULL when one of them is no longer what it was.
_MERGE = """
CREATE FUNCTION tu_attach_youth(kept bigint, merged bigint) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    ours youths_youth;
    theirs youths_youth;
BEGIN
    PERFORM 1 FROM youths_youth WHERE id IN (kept, merged) ORDER BY id FOR UPDATE;
    SELECT * INTO ours FROM youths_youth WHERE id = kept;
    SELECT * INTO theirs FROM youths_youth WHERE id = merged;
    IF NOT (tu_works_with_youths() AND tu_is_local_ml(tu_org()) AND tu_received(merged)
            AND ours.registered_with_id IS NOT DISTINCT FROM tu_org()) THEN
        RAISE EXCEPTION 'row-level security: these records are not ours to join'
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF theirs.registered_with_id IS NOT NULL OR theirs.merged_into_id IS NOT NULL OR ours.merged_into_id IS NOT NULL
       OR kept = merged THEN
        RETURN NULL;
    END IF;
    RETURN tu_join(kept, merged, 'attach', ARRAY(
        SELECT c FROM unnest(ARRAY['phone', 'email', 'municipality_id']) AS c
        WHERE coalesce(to_jsonb(ours) ->> c, '') = '' AND coalesce(to_jsonb(theirs) ->> c, '') <> ''));
END $$;
CREATE FUNCTION tu_merge_youths(kept bigint, merged bigint, columns text[], how text) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    ours integer;
    standing integer;
BEGIN
    PERFORM 1 FROM youths_youth WHERE id IN (kept, merged) ORDER BY id FOR UPDATE;
    SELECT count(*) FILTER (WHERE coalesce(registered_with_id, held_by_id) = tu_org()),
           count(*) FILTER (WHERE merged_into_id IS NULL)
    INTO ours, standing FROM youths_youth WHERE id IN (kept, merged);
    IF NOT (tu_works_with_youths() AND ours = 2) THEN
        RAISE EXCEPTION 'row-level security: these records are not ours to join'
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF how NOT IN ('merge', 'attach') OR NOT columns <@ ARRAY['first_name', 'last_name', 'birth_date', 'phone', 'email',
            'municipality_id', 'level', 'level_obtained', 'file_number'] THEN
        RAISE EXCEPTION 'only the identity is chosen' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    IF standing <> 2 THEN
        RETURN NULL;
    END IF;
    RETURN tu_join(kept, merged, how, columns);
END $$;
-- The last merge of a record, within thirty days, by the organisation that made it.
CREATE FUNCTION tu_unmerge_youths(merge bigint) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    made youths_merge;
    one record;
BEGIN
    SELECT * INTO made FROM youths_merge WHERE id = merge FOR UPDATE;
    IF NOT (tu_works_with_youths() AND made.organisation_id IS NOT DISTINCT FROM tu_org()
            AND tu_keeps(made.youth_id)) THEN
        RAISE EXCEPTION 'row-level security: this merge is not ours to undo'
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    PERFORM 1 FROM youths_youth WHERE id IN (made.youth_id, made.merged_key) ORDER BY id FOR UPDATE;
    IF made.undone_at IS NOT NULL OR made.settled_at IS NOT NULL OR made.at <= tu_now() - interval '30 days'
       OR EXISTS (SELECT 1 FROM youths_merge m WHERE m.youth_id = made.youth_id AND m.undone_at IS NULL
                  AND m.settled_at IS NULL AND m.id > made.id)
       OR EXISTS (SELECT 1 FROM youths_youth y WHERE y.id = made.youth_id AND y.merged_into_id IS NOT NULL) THEN
        RETURN false;
    END IF;
    -- No longer "merged" before its rows come back: one of them may lead to the merge itself.
    UPDATE youths_merge SET undone_at = tu_now(), undone_by_id = tu_user() WHERE id = merge;
    FOR one IN SELECT split_part(m.key, '.', 1)::name AS tab, split_part(m.key, '.', 2)::name AS col,
                      ARRAY(SELECT v::bigint FROM jsonb_array_elements_text(m.value) AS v) AS ids
               FROM jsonb_each(made.moved) AS m LOOP
        PERFORM tu_repoint(one.tab, one.col, coalesce(
            (SELECT c.key FROM tu_youth_columns() AS c WHERE c.tab = one.tab AND c.col = one.col), 'id'),
            one.ids, made.youth_id, made.merged_key);
    END LOOP;
    PERFORM tu_restore(made.changed);
    BEGIN
        UPDATE youths_youth SET merged_into_id = NULL WHERE id = made.merged_key;
    EXCEPTION WHEN unique_violation THEN
        -- Its file number was given to somebody else meanwhile.
        UPDATE youths_youth SET merged_into_id = NULL, file_number = '' WHERE id = made.merged_key;
    END;
    UPDATE youths_youth SET version = version + 1 WHERE id = made.youth_id;
    RETURN true;
END $$;
-- The worker: what arrived late on a hidden record goes where the rest went.
CREATE FUNCTION tu_gather(merge bigint) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    made youths_merge;
    late jsonb;
BEGIN
    IF NOT tu_system() THEN
        RAISE EXCEPTION 'late rows are gathered in a system scope'
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    SELECT * INTO made FROM youths_merge WHERE id = merge AND undone_at IS NULL AND settled_at IS NULL FOR UPDATE;
    IF made.id IS NULL THEN
        RETURN false;
    END IF;
    late := tu_move_youth(made.merged_key, made.youth_id);
    UPDATE youths_merge SET moved = (
        SELECT coalesce(jsonb_object_agg(k, coalesce(made.moved -> k, '[]') || coalesce(late -> k, '[]')), '{}')
        FROM (SELECT jsonb_object_keys(made.moved || late)) AS keys(k)
    ) WHERE id = merge;
    RETURN late <> '{}';
END $$;
REVOKE ALL ON FUNCTION tu_gather(bigint) FROM public;
GRANT EXECUTE ON FUNCTION tu_gather(bigint) TO tu_worker;
"""
# Of a transfer that waits, its recipient reads who it is about, and no more; answering it is the affair of managers.
_TRANSFER = """
CREATE FUNCTION tu_transferred(transfer bigint)
RETURNS TABLE (first_name varchar, last_name varchar, birth_date date)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
BEGIN ATOMIC
    SELECT y.first_name, y.last_name, y.birth_date
    FROM youths_transfer t JOIN youths_youth y ON y.id = t.youth_id
    WHERE t.id = transfer AND t.state = 'propose' AND t.proposed_at > tu_now() - interval '30 days'
      AND t.recipient_id = tu_org() AND current_setting('app.role', true) = 'manager';
END;
-- Refused by the managers of its recipient, taken back by its sender, expired by the worker.
CREATE FUNCTION tu_close_transfer(transfer bigint, answer text, why text) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    PERFORM 1 FROM youths_transfer t WHERE t.id = transfer AND CASE answer
        WHEN 'refuse' THEN t.recipient_id = tu_org() AND current_setting('app.role', true) = 'manager'
        WHEN 'repris' THEN t.sender_id = tu_org() AND tu_works_with_youths()
        WHEN 'expire' THEN tu_org() IS NULL AND tu_system() ELSE false END;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'row-level security: this transfer is not ours to answer'
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    UPDATE youths_transfer SET state = answer, reason = why, answered_at = tu_now(), answered_by_id = tu_user()
    WHERE id = transfer AND state = 'propose';
    RETURN FOUND;
END $$;
-- The record changes hands: the youth is registered there from now on. The rest is written by the one who keeps it.
CREATE FUNCTION tu_accept_transfer(transfer bigint, number text) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    asked youths_transfer;
BEGIN
    SELECT * INTO asked FROM youths_transfer WHERE id = transfer;
    IF NOT (asked.recipient_id IS NOT DISTINCT FROM tu_org() AND current_setting('app.role', true) = 'manager'
            AND tu_is_local_ml(tu_org())) THEN
        RAISE EXCEPTION 'row-level security: this transfer is not ours to answer'
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    -- A record that is no longer the sender's is not passed on: a race that was lost.
    PERFORM 1 FROM youths_youth
    WHERE id = asked.youth_id AND registered_with_id = asked.sender_id AND merged_into_id IS NULL FOR UPDATE;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    UPDATE youths_transfer SET state = 'accepte', answered_at = tu_now(), answered_by_id = tu_user()
    WHERE id = transfer AND state = 'propose' AND proposed_at > tu_now() - interval '30 days';
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    UPDATE youths_youth
    SET held_by_id = tu_org(), registered_with_id = tu_org(), file_number = number, version = version + 1,
        municipality_id = coalesce(asked.municipality_id, municipality_id)
    WHERE id = asked.youth_id;
    RETURN true;
END $$;
-- Who, for an organisation, still has something under way with a youth: the upper room says (referrals).
CREATE FUNCTION tu_under_way(youth bigint, organisation bigint) RETURNS SETOF bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT NULL::bigint WHERE false
$$;
"""
_WEB = """
REVOKE ALL ON FUNCTION tu_adopt_youth(bigint, text), tu_attach_youth(bigint, bigint),
    tu_merge_youths(bigint, bigint, text[], text), tu_unmerge_youths(bigint), tu_transferred(bigint),
    tu_close_transfer(bigint, text, text), tu_accept_transfer(bigint, text), tu_under_way(bigint, bigint) FROM public;
GRANT EXECUTE ON FUNCTION tu_adopt_youth(bigint, text), tu_attach_youth(bigint, bigint),
    tu_merge_youths(bigint, bigint, text[], text), tu_unmerge_youths(bigint), tu_transferred(bigint),
    tu_close_transfer(bigint, text, text), tu_accept_transfer(bigint, text), tu_under_way(bigint, bigint)
    TO tu_app, tu_worker;
"""
CROSSING = _ASKING + _ADOPT + _MERGE + _TRANSFER + _WEB
NO_CROSSING = """
DROP FUNCTION tu_under_way(bigint, bigint); DROP FUNCTION tu_accept_transfer(bigint, text);
DROP FUNCTION tu_close_transfer(bigint, text, text); DROP FUNCTION tu_transferred(bigint);
DROP FUNCTION tu_gather(bigint); DROP FUNCTION tu_unmerge_youths(bigint);
DROP FUNCTION tu_merge_youths(bigint, bigint, text[], text); DROP FUNCTION tu_attach_youth(bigint, bigint);
DROP FUNCTION tu_adopt_youth(bigint, text); DROP FUNCTION tu_received(bigint); DROP FUNCTION tu_is_local_ml(bigint);
DROP FUNCTION tu_works_with_youths();
"""

# These two are written by the functions above alone.
BY_FUNCTION = (
    "REVOKE INSERT, UPDATE, DELETE ON youths_merge FROM tu_app;"
    " REVOKE UPDATE, DELETE ON youths_transfer FROM tu_app;"
)
