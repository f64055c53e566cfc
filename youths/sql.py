"""SQL of the youths' room: who has a live link with a youth.

SECURITY DEFINER, so that the policy of a table can ask about another without asking its policy in turn.
"""

_KEEPS = """EXISTS (
        SELECT 1 FROM youths_youth y
        WHERE y.id = youth AND (y.held_by_id = tu_org() OR y.registered_with_id = tu_org()))"""
ACCESS = """
CREATE FUNCTION tu_has_link(youth bigint) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
BEGIN ATOMIC
    SELECT EXISTS (
        SELECT 1 FROM youths_accompaniment a
        WHERE a.youth_id = youth AND a.organisation_id = tu_org()
          AND (a.access_until IS NULL OR a.access_until > tu_now()));
END;
CREATE FUNCTION tu_keeps(youth bigint) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
BEGIN ATOMIC
    SELECT @keeps;
END;
CREATE FUNCTION tu_has_access(youth bigint) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
BEGIN ATOMIC
    SELECT @keeps
        OR tu_has_link(youth);
END;
""".replace("@keeps", _KEEPS)
# How a policy asks them of the acting organisation.
ASKING = ("tu_has_access(", "tu_keeps(")
NO_ACCESS = (
    "DROP FUNCTION tu_has_access(bigint); DROP FUNCTION tu_keeps(bigint); DROP FUNCTION tu_has_link(bigint);"
)

# The policy of the youth asks its question in place: a function, called for each of the thousands of records that a
# partner follows, costs twice as much. The links it reads are those of the acting organisation, which their own
# policy shows without asking further.
LINKED = """EXISTS (
    SELECT 1 FROM youths_accompaniment a
    WHERE a.youth_id = youths_youth.id AND a.organisation_id = {org}
      AND (a.access_until IS NULL OR a.access_until > tu_now()))"""
