"""SQL of the links that referrals open: what one organisation may write of another's access, and of its own.

The policies say who sees the links of a youth; this says what may change. Without it whoever is merely solicited could
let a third organisation in, or take the lead out (wall 2). It binds the logins, not the functions of the owner.
"""

from referrals.states import OPEN_STATES, TAKEN, in_sql

LINK_RULES = """
-- What the rule asks of tables that the acting organisation does not read whole. Of itself only.
CREATE FUNCTION tu_refers_with(youth bigint, other bigint) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
BEGIN ATOMIC
    SELECT EXISTS (
        SELECT 1 FROM referrals_referral r WHERE r.youth_id = youth AND r.state <> 'draft'
          AND (r.sender_id = tu_org() AND r.recipient_id = other OR r.recipient_id = tu_org() AND r.sender_id = other));
END;
CREATE FUNCTION tu_lets_in(youth bigint, other bigint, whose_role text) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
BEGIN ATOMIC
    -- Under way: who is asked is solicited until it accepts; who asks accompanies.
    SELECT EXISTS (
        SELECT 1 FROM referrals_referral r WHERE r.youth_id = youth AND r.state IN @open
          AND (r.recipient_id = tu_org() AND r.sender_id = other
               OR r.sender_id = tu_org() AND r.recipient_id = other
                  AND (whose_role = 'contacted' OR r.state IN @taken)));
END;
CREATE FUNCTION tu_needs_link(youth bigint) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
BEGIN ATOMIC
    SELECT EXISTS (
        SELECT 1 FROM referrals_referral r
        WHERE r.youth_id = youth AND tu_org() IN (r.sender_id, r.recipient_id) AND r.state IN @open)
    OR EXISTS (
        SELECT 1 FROM youths_accompaniment a
        WHERE a.youth_id = youth AND a.organisation_id = tu_org() AND a.access_until IS NULL);
END;
CREATE FUNCTION tu_took(youth bigint) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
BEGIN ATOMIC
    -- What the acting organisation has under way: sent, or accepted.
    SELECT EXISTS (
        SELECT 1 FROM referrals_referral r WHERE r.youth_id = youth
          AND (r.sender_id = tu_org() AND r.state IN @open
               OR r.recipient_id = tu_org() AND r.state IN @taken));
END;
CREATE FUNCTION tu_own_reading(youth bigint) RETURNS timestamptz
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
BEGIN ATOMIC
    -- Since when the acting organisation reads the story, by what it has or had (``passing.story_from``); '-infinity'
    -- when it reads all of it, or had no link. To have been asked without a limit is not to have read.
    SELECT coalesce(min(coalesce(a.reads_from, '-infinity')), '-infinity') FROM youths_accompaniment a
    WHERE a.youth_id = youth AND a.organisation_id = tu_org()
      AND (a.role <> 'contacted' OR a.reads_from IS NOT NULL);
END;
CREATE FUNCTION tu_link_rules() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    refusal text;
BEGIN
    IF current_user NOT IN ('tu_app', 'tu_worker') OR tu_org() IS NULL
       OR TG_OP = 'UPDATE' AND NEW IS NOT DISTINCT FROM OLD THEN
        RETURN NEW;
    END IF;
    IF TG_OP = 'UPDATE' AND (NEW.youth_id <> OLD.youth_id OR NEW.organisation_id <> OLD.organisation_id) THEN
        refusal := 'a link stays with its youth and its organisation';
    ELSIF tu_keeps(NEW.youth_id) THEN
        RETURN NEW;
    ELSIF NEW.organisation_id <> tu_org() THEN
        IF NEW.role = 'lead' OR TG_OP = 'UPDATE' AND OLD.role = 'lead' THEN
            refusal := 'the lead is the affair of who keeps the record';
        ELSIF NOT tu_refers_with(NEW.youth_id, NEW.organisation_id) THEN
            refusal := 'nothing passes between these organisations';
        ELSIF (TG_OP = 'INSERT' OR NEW.role NOT IN ('contacted', OLD.role)
               OR OLD.ended_on IS NOT NULL AND (NEW.ended_on IS NULL
                   OR coalesce(NEW.access_until, 'infinity') > coalesce(OLD.access_until, 'infinity')))
              AND NOT tu_lets_in(NEW.youth_id, NEW.organisation_id, NEW.role) THEN
            refusal := 'nothing is under way between these organisations';
        END IF;
    ELSIF NEW.role = 'lead' AND (TG_OP = 'INSERT' OR OLD.role <> 'lead') THEN
        refusal := 'the lead is of the organisation that keeps the record';
    ELSIF TG_OP = 'INSERT' AND NOT tu_needs_link(NEW.youth_id) THEN
        refusal := 'no organisation gives itself a link';
    ELSIF (NEW.role <> 'contacted' OR TG_OP = 'UPDATE' AND NEW.reads_from IS DISTINCT FROM OLD.reads_from)
          AND coalesce(NEW.reads_from, '-infinity') < tu_own_reading(NEW.youth_id) THEN
        refusal := 'no organisation reads further back by itself';
    ELSIF TG_OP = 'UPDATE' AND OLD.role <> 'contacted' AND NEW.role <> 'contacted' AND OLD.ended_on IS NOT NULL
          AND (NEW.ended_on IS NULL OR coalesce(NEW.access_until, 'infinity') > coalesce(OLD.access_until, 'infinity'))
          AND NOT tu_took(NEW.youth_id) THEN
        refusal := 'what has ended begins again with what is accepted';
    ELSIF TG_OP = 'UPDATE' AND NOT tu_needs_link(NEW.youth_id)
          AND (coalesce(NEW.access_until, 'infinity') > coalesce(OLD.access_until, 'infinity')
               OR OLD.ended_on IS NOT NULL AND NEW.ended_on IS NULL) THEN
        refusal := 'no organisation lengthens its own access';
    END IF;
    IF refusal IS NOT NULL THEN
        RAISE EXCEPTION 'row-level security: %', refusal USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;
REVOKE ALL ON FUNCTION tu_refers_with(bigint, bigint), tu_lets_in(bigint, bigint, text), tu_needs_link(bigint),
    tu_took(bigint), tu_own_reading(bigint) FROM public;
GRANT EXECUTE ON FUNCTION tu_refers_with(bigint, bigint), tu_lets_in(bigint, bigint, text), tu_needs_link(bigint),
    tu_took(bigint), tu_own_reading(bigint) TO tu_app, tu_worker;
CREATE TRIGGER youths_accompaniment_rules BEFORE INSERT OR UPDATE ON youths_accompaniment
    FOR EACH ROW EXECUTE FUNCTION tu_link_rules();
REVOKE DELETE ON youths_accompaniment FROM tu_app;
""".replace("@open", in_sql(OPEN_STATES)).replace("@taken", in_sql(TAKEN))
NO_LINK_RULES = """
GRANT DELETE ON youths_accompaniment TO tu_app;
DROP TRIGGER youths_accompaniment_rules ON youths_accompaniment; DROP FUNCTION tu_link_rules();
DROP FUNCTION tu_own_reading(bigint); DROP FUNCTION tu_took(bigint); DROP FUNCTION tu_needs_link(bigint);
DROP FUNCTION tu_lets_in(bigint, bigint, text); DROP FUNCTION tu_refers_with(bigint, bigint);
"""
