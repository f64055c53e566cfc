"""SQL of the youths' room: who has a live link with a youth.

SECURITY DEFINER, so that the policy of a table can ask about another without asking its policy in turn.
"""

_KEEPS = """EXISTS (
        SELECT 1 FROM youths_youth y
        WHERE y.id = youth AND (y.held_by_id = tu_org() OR y.registered_with_id = tu_org()))"""
# A link that only waits for the outcome of what has begun names the youth, and opens nothing else.
_OPENS = """youths_accompaniment a
        WHERE a.youth_id = youth AND a.organisation_id = tu_org() AND a.role <> 'closing'
          AND (a.access_until IS NULL OR a.access_until > tu_now())"""
# A link that was asked for is not a link that was accepted: who is solicited reads what was sent, not the story.
_ACCOMPANIES = _OPENS + " AND a.role <> 'contacted'"
ACCESS = (
    """
CREATE FUNCTION tu_has_link(youth bigint) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
BEGIN ATOMIC
    SELECT EXISTS (SELECT 1 FROM @opens);
END;
CREATE FUNCTION tu_keeps(youth bigint) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
BEGIN ATOMIC
    SELECT @keeps;
END;
CREATE FUNCTION tu_shares(youth bigint) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
BEGIN ATOMIC
    SELECT @keeps OR EXISTS (SELECT 1 FROM @accompanies);
END;
CREATE FUNCTION tu_accompanies(youth bigint) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
BEGIN ATOMIC
    SELECT @keeps OR EXISTS (SELECT 1 FROM @accompanies AND a.ended_on IS NULL);
END;
CREATE FUNCTION tu_has_access(youth bigint) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
BEGIN ATOMIC
    SELECT @keeps
        OR tu_has_link(youth);
END;
REVOKE ALL ON FUNCTION tu_has_link(bigint), tu_keeps(bigint), tu_shares(bigint),
    tu_accompanies(bigint), tu_has_access(bigint) FROM public;
GRANT EXECUTE ON FUNCTION tu_has_link(bigint), tu_keeps(bigint), tu_shares(bigint),
    tu_accompanies(bigint), tu_has_access(bigint) TO tu_app, tu_worker;
""".replace("@keeps", _KEEPS)
    .replace("@accompanies", _ACCOMPANIES)
    .replace("@opens", _OPENS)
)
# How a policy asks them of the acting organisation.
ASKING = ("tu_has_access(", "tu_keeps(", "tu_shares(", "tu_accompanies(")
NO_ACCESS = """
DROP FUNCTION tu_has_access(bigint); DROP FUNCTION tu_accompanies(bigint); DROP FUNCTION tu_shares(bigint);
DROP FUNCTION tu_keeps(bigint); DROP FUNCTION tu_has_link(bigint);
"""

# What was written stays as it was written: the web changes the columns that say what became of it, and no other.
CHANGING = {
    "youths_situation": "until",
    "youths_journalentry": "withdrawn_at",
    "youths_privatenote": "withdrawn_at",
    "youths_nextstep": "agreed_for_id, agreed_by_id, agreed_at, closing, closed_for_id, closed_at",
    "youths_obstacle": "taken_by_id, closing, closed_on",
}
BY_COLUMN = (
    "".join(
        f"REVOKE UPDATE, DELETE ON {table} FROM tu_app; GRANT UPDATE ({columns}) ON {table} TO tu_app;"
        for table, columns in CHANGING.items()
    )
    + "REVOKE UPDATE, DELETE ON youths_obstaclestep FROM tu_app;"
)

# An organisation agrees to a step, or closes it, in its own name. The owner's own functions put back what was there.
OWN_NAME_FUNCTION = """
CREATE OR REPLACE FUNCTION tu_own_name() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY TG_ARGV LOOP
        IF current_user <> 'tu_owner' AND tu_org() IS NOT NULL
           AND to_jsonb(NEW) -> name IS DISTINCT FROM to_jsonb(OLD) -> name
           AND to_jsonb(NEW) ->> name IS DISTINCT FROM tu_org()::text THEN
            RAISE EXCEPTION 'row-level security: % is written in the name of another organisation', name
                USING ERRCODE = 'insufficient_privilege';
        END IF;
    END LOOP;
    RETURN NEW;
END $$;
"""
OWN_NAME = (
    OWN_NAME_FUNCTION
    + """
CREATE TRIGGER youths_nextstep_own_name BEFORE UPDATE ON youths_nextstep
    FOR EACH ROW EXECUTE FUNCTION tu_own_name('agreed_for_id', 'closed_for_id');
"""
)
NO_OWN_NAME = "DROP TRIGGER youths_nextstep_own_name ON youths_nextstep; DROP FUNCTION tu_own_name();"

# The policy of the youth asks its question in place: a function, called for each of the thousands of records that a
# partner follows, costs twice as much. The links it reads are those of the acting organisation, which their own
# policy shows without asking further. Not EXISTS, of which PostgreSQL makes a table of all the links of an organisation
# as soon as it expects some hundred records: fifty lines would wait for thousands of links to be read.
LINKED = """(
    SELECT true FROM youths_accompaniment a
    WHERE a.youth_id = youths_youth.id AND a.organisation_id = {org}
      AND (a.access_until IS NULL OR a.access_until > tu_now())
    LIMIT 1) IS NOT NULL"""
