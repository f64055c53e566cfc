"""SQL of the history of changes: one table, one trigger function, one function that blanks (ADR 0009)."""

HISTORY_TABLE = """
CREATE SEQUENCE core_change_number;
CREATE TABLE core_change (
    number bigint NOT NULL DEFAULT nextval('core_change_number'),
    at timestamptz NOT NULL,
    operation varchar(6) NOT NULL,
    model varchar(60) NOT NULL,
    object_id bigint NOT NULL,
    subject_kind varchar(10) NOT NULL,
    subject_id bigint,
    organisations bigint[] NOT NULL,
    user_id bigint,
    organisation_id bigint,
    request_id varchar(36) NOT NULL,
    reason varchar(80) NOT NULL,
    login varchar(63) NOT NULL,
    columns text[] NOT NULL,
    -- {column: [before, after]}; empty for a new row, whose values are in the row itself.
    "values" jsonb,
    salt uuid,
    -- Of salt and values: stays when they are blanked, and is what the seal covers.
    digest bytea NOT NULL,
    blanked_at timestamptz,
    PRIMARY KEY (at, number)
) PARTITION BY RANGE (at);
ALTER SEQUENCE core_change_number OWNED BY core_change.number;
CREATE INDEX core_change_subject ON core_change (subject_kind, subject_id, at);
CREATE INDEX core_change_object ON core_change (model, object_id, at);
CREATE INDEX core_change_numbers ON core_change (number);
"""

# Written by the trigger alone, which runs as the owner: no login may add, change or remove a line. The session's
# settings say who acts; a change typed by hand has none, and its login says so.
HISTORY_TRIGGER = """
CREATE FUNCTION tu_record_change() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    -- model, subject kind, its column, columns of organisations, parent column, parent table, tracked, masked
    tracked text[] := TG_ARGV[6];
    masked text[] := TG_ARGV[7];
    before jsonb := CASE WHEN TG_OP <> 'INSERT' THEN to_jsonb(OLD) END;
    after jsonb := CASE WHEN TG_OP <> 'DELETE' THEN to_jsonb(NEW) END;
    held jsonb := coalesce(after, before);
    around jsonb := held;
    changed text[] := ARRAY[]::text[];
    kept jsonb := '{}';
    secret uuid := gen_random_uuid();
    concerned bigint[];
BEGIN
    IF TG_OP = 'UPDATE' THEN
        SELECT array_agg(c), jsonb_object_agg(c, CASE WHEN c = ANY (masked) THEN '["***", "***"]'::jsonb
                                                      ELSE jsonb_build_array(before -> c, after -> c) END)
        INTO changed, kept FROM unnest(tracked) AS c WHERE before -> c IS DISTINCT FROM after -> c;
        IF changed IS NULL THEN
            RETURN NULL;
        END IF;
    ELSIF TG_OP = 'DELETE' THEN
        SELECT coalesce(jsonb_object_agg(c, jsonb_build_array(before -> c, NULL)), '{}') INTO kept
        FROM unnest(tracked) AS c WHERE NOT c = ANY (masked) AND before -> c <> 'null';
    END IF;
    IF TG_ARGV[4] <> '' THEN
        EXECUTE format('SELECT to_jsonb(parent) FROM %I parent WHERE id = $1', TG_ARGV[5])
        INTO around USING (held ->> TG_ARGV[4])::bigint;
    END IF;
    -- Those of before read the change that takes the row from them.
    SELECT coalesce(array_agg(DISTINCT one ORDER BY one) FILTER (WHERE one IS NOT NULL), '{}') INTO concerned
    FROM unnest(TG_ARGV[3]::text[]) AS c,
         unnest(ARRAY[(around ->> c)::bigint, CASE WHEN TG_ARGV[4] = '' THEN (before ->> c)::bigint END]) AS one;
    IF concerned = '{}' AND tu_org() IS NOT NULL THEN
        concerned := ARRAY[tu_org()];
    END IF;
    INSERT INTO core_change (at, operation, model, object_id, subject_kind, subject_id, organisations, user_id,
                             organisation_id, request_id, reason, login, columns, "values", salt, digest)
    VALUES (tu_now(), lower(TG_OP), TG_ARGV[0], (held ->> 'id')::bigint, TG_ARGV[1],
            CASE WHEN TG_ARGV[2] <> '' THEN (around ->> TG_ARGV[2])::bigint END, concerned, tu_user(), tu_org(),
            coalesce(current_setting('app.request', true), ''),
            left(coalesce(current_setting('app.system', true), ''), 80),
            coalesce(nullif(current_setting('role', true), 'none'), session_user),
            changed, kept, secret, sha256(convert_to(secret::text || kept::text, 'UTF8')));
    RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION tu_record_change() FROM public;
"""

# The one thing that may change a line of the history: its values go, the fact stays, and the trail says so.
BLANK_HISTORY = """
CREATE FUNCTION tu_blank_history(kind text, subject bigint, why text) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    blanked integer;
BEGIN
    IF NOT tu_system() THEN
        RAISE EXCEPTION 'the history is blanked in a system scope' USING ERRCODE = 'insufficient_privilege';
    END IF;
    UPDATE core_change SET "values" = NULL, salt = NULL, blanked_at = tu_now()
    WHERE subject_kind = kind AND subject_id = subject AND blanked_at IS NULL;
    GET DIAGNOSTICS blanked = ROW_COUNT;
    IF blanked > 0 THEN
        INSERT INTO core_auditentry (id, at, kind, subject_kind, count, detail)
        VALUES (gen_random_uuid(), tu_now(), 'erasure', kind, blanked, left(subject || ' ' || why, 80));
    END IF;
    RETURN blanked;
END $$;
REVOKE ALL ON FUNCTION tu_blank_history(text, bigint, text) FROM public;
GRANT EXECUTE ON FUNCTION tu_blank_history(text, bigint, text) TO tu_worker;
"""
