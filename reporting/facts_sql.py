"""SQL of the facts: what the database writes in them by itself, whoever moves what (ADR 0038).

A fact says things that its referral does not hold: the age and the level of the youth, the missions and the periods in
a company that hang on the referral, whether another referral took over after a refusal. The side that acts may not read
all of them, so a trigger of the owner fills them in; and when one of them changes, another touches the facts concerned
and marks their cells, in the same transaction.
"""

# The placements that took place, and the sequels that are a contract (``referrals.placements.codes``).
_DONE = "('done', 'partly_done')"
_HIRED = "('CDI', 'CDD_6M_PLUS', 'CDD_MOINS_6M', 'ALTERNANCE', 'CONTRAT_AIDE', 'CONTRAT_INSERTION', 'AUTRE')"
# A refused youth is taken elsewhere in time: three weeks of calendar days (fifteen working days without holidays).
REBOUND_DAYS = 21

_LENGTH = "coalesce(m.days, m.ended_on - m.started_on + 1)"
AGE_BAND = """
CASE WHEN {age} < 16 THEN 'moins_16' WHEN {age} < 18 THEN '16_17' WHEN {age} < 22 THEN '18_21'
     WHEN {age} < 26 THEN '22_25' ELSE '26_plus' END
"""
_AGE = "extract(year FROM age((r.sent_at AT TIME ZONE 'Europe/Paris')::date, y.birth_date))"
# One row per referral of ``{referrals}`` (a condition on r): what is around it.
AROUND = f"""
SELECT r.id AS referral_id, {AGE_BAND.format(age=_AGE)} AS age_band, y.level,
       mission.missions, mission.missions_week, mission.missions_month, placement.placements,
       placement.placements_hired,
       r.state = 'declined' AND EXISTS (
           SELECT FROM referrals_referral n JOIN referrals_referralevent e ON e.referral_id = n.id
           WHERE n.redirected_from_id = r.id AND n.state <> 'entered_in_error' AND e.to_state = 'accepted'
             AND e.at <= r.closed_at + interval '{REBOUND_DAYS} days') AS rebounded
FROM referrals_referral r
JOIN youths_youth y ON y.id = r.youth_id
CROSS JOIN LATERAL (
    SELECT count(*)::smallint AS missions, (count(*) FILTER (WHERE {_LENGTH} <= 7))::smallint AS missions_week,
           (count(*) FILTER (WHERE m.started_on + {_LENGTH} < m.started_on + interval '1 month'))::smallint
               AS missions_month
    FROM referrals_mission m WHERE m.referral_id = r.id AND {_LENGTH} IS NOT NULL) mission
CROSS JOIN LATERAL (
    SELECT count(*)::smallint AS placements,
           (count(*) FILTER (WHERE w.suite IN {_HIRED}))::smallint AS placements_hired
    FROM referrals_workplacement w WHERE w.referral_id = r.id AND w.state IN {_DONE}) placement
WHERE {{referrals}}
"""  # noqa: S608 - constants of this module
AROUND_COLUMNS = (
    "age_band",
    "level",
    "missions",
    "missions_week",
    "missions_month",
    "placements",
    "placements_hired",
    "rebounded",
)

_OWNER = "SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp"
FILL = f"""
CREATE FUNCTION tu_fact_around() RETURNS trigger LANGUAGE plpgsql {_OWNER} AS $$
BEGIN
    SELECT {", ".join(f"around.{name}" for name in AROUND_COLUMNS)}
    INTO {", ".join(f"NEW.{name}" for name in AROUND_COLUMNS)}
    FROM ({AROUND.format(referrals="r.id = NEW.referral_id")}) around;
    RETURN NEW;
END $$;
CREATE TRIGGER reporting_fact_around BEFORE INSERT OR UPDATE ON reporting_referralfact
    FOR EACH ROW EXECUTE FUNCTION tu_fact_around();
-- What is filled in is read by the two sides that a fact names: what the web writes is of a referral that was sent, and
-- names its own sides. Otherwise one would read there what is around a referral of others, or keep it from being sent.
CREATE FUNCTION tu_fact_own() RETURNS trigger LANGUAGE plpgsql {_OWNER} AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM referrals_referral r WHERE r.id = NEW.referral_id AND r.sent_at IS NOT NULL
                   AND r.sender_id = NEW.sender_id AND r.recipient_id = NEW.recipient_id) THEN
        RAISE EXCEPTION 'row-level security: the fact of a referral of others' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;
REVOKE ALL ON FUNCTION tu_fact_own() FROM public;
CREATE TRIGGER reporting_fact_own BEFORE INSERT OR UPDATE OF referral_id, sender_id, recipient_id
    ON reporting_referralfact FOR EACH ROW WHEN (current_user = 'tu_app') EXECUTE FUNCTION tu_fact_own();

CREATE FUNCTION tu_touch_facts(ids bigint[]) RETURNS void LANGUAGE plpgsql {_OWNER} AS $$
BEGIN
    WITH touched AS (
        UPDATE reporting_referralfact f SET referral_id = f.referral_id FROM (
            SELECT f.referral_id FROM reporting_referralfact f
            JOIN ({AROUND.format(referrals="r.id = ANY (ids)")}) around USING (referral_id)
            WHERE ({", ".join(f"f.{name}" for name in AROUND_COLUMNS)}) IS DISTINCT FROM
                  ({", ".join(f"around.{name}" for name in AROUND_COLUMNS)})
            ORDER BY f.referral_id) changed
        WHERE f.referral_id = changed.referral_id
        RETURNING f.month, f.department_id, f.programme)
    INSERT INTO reporting_dirtycell (month, department_code, programme)
    SELECT DISTINCT month, department_id, programme FROM touched WHERE department_id IS NOT NULL
    ORDER BY 1, 2, 3
    ON CONFLICT (month, department_code, programme) DO UPDATE SET programme = excluded.programme;
END $$;
REVOKE ALL ON FUNCTION tu_fact_around(), tu_touch_facts(bigint[]) FROM public;

CREATE FUNCTION tu_fact_of_youth() RETURNS trigger LANGUAGE plpgsql {_OWNER} AS $$
BEGIN
    PERFORM tu_touch_facts(array(SELECT id FROM referrals_referral WHERE youth_id = NEW.id));
    RETURN NULL;
END $$;
CREATE FUNCTION tu_fact_of_referral() RETURNS trigger LANGUAGE plpgsql {_OWNER} AS $$
BEGIN
    PERFORM tu_touch_facts(ARRAY[NEW.id]);
    RETURN NULL;
END $$;
CREATE FUNCTION tu_fact_of_child() RETURNS trigger LANGUAGE plpgsql {_OWNER} AS $$
BEGIN
    PERFORM tu_touch_facts(array_remove(ARRAY[
        CASE WHEN TG_OP <> 'DELETE' THEN NEW.referral_id END, CASE WHEN TG_OP <> 'INSERT' THEN OLD.referral_id END],
        NULL));
    RETURN NULL;
END $$;
CREATE FUNCTION tu_fact_of_origin() RETURNS trigger LANGUAGE plpgsql {_OWNER} AS $$
DECLARE
    origin bigint;
BEGIN
    SELECT redirected_from_id INTO origin FROM referrals_referral WHERE id = NEW.referral_id;
    IF origin IS NOT NULL THEN
        PERFORM tu_touch_facts(ARRAY[origin]);
    END IF;
    RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION tu_fact_of_youth(), tu_fact_of_referral(), tu_fact_of_child(), tu_fact_of_origin() FROM public;
CREATE TRIGGER reporting_fact_of_youth AFTER UPDATE OF birth_date, level ON youths_youth FOR EACH ROW
    WHEN (OLD.birth_date IS DISTINCT FROM NEW.birth_date OR OLD.level IS DISTINCT FROM NEW.level)
    EXECUTE FUNCTION tu_fact_of_youth();
CREATE TRIGGER reporting_fact_of_referral AFTER UPDATE OF youth_id ON referrals_referral FOR EACH ROW
    WHEN (OLD.youth_id <> NEW.youth_id) EXECUTE FUNCTION tu_fact_of_referral();
CREATE TRIGGER reporting_fact_of_mission AFTER INSERT OR UPDATE OR DELETE ON referrals_mission FOR EACH ROW
    EXECUTE FUNCTION tu_fact_of_child();
CREATE TRIGGER reporting_fact_of_placement AFTER INSERT OR UPDATE OR DELETE ON referrals_workplacement FOR EACH ROW
    EXECUTE FUNCTION tu_fact_of_child();
CREATE TRIGGER reporting_fact_of_origin AFTER INSERT ON referrals_referralevent FOR EACH ROW
    WHEN (NEW.from_state <> NEW.to_state) EXECUTE FUNCTION tu_fact_of_origin();
"""  # noqa: S608 - constants of this module
NO_FILL = """
DROP TRIGGER reporting_fact_of_origin ON referrals_referralevent;
DROP TRIGGER reporting_fact_of_placement ON referrals_workplacement;
DROP TRIGGER reporting_fact_of_mission ON referrals_mission;
DROP TRIGGER reporting_fact_of_referral ON referrals_referral;
DROP TRIGGER reporting_fact_of_youth ON youths_youth;
DROP FUNCTION tu_fact_of_origin(), tu_fact_of_child(), tu_fact_of_referral(), tu_fact_of_youth();
DROP FUNCTION tu_touch_facts(bigint[]);
DROP TRIGGER reporting_fact_own ON reporting_referralfact; DROP FUNCTION tu_fact_own();
DROP TRIGGER reporting_fact_around ON reporting_referralfact;
DROP FUNCTION tu_fact_around();
"""
# Who sends to whom is no chance: without this, the planner takes a busy pair for a rare one, and reads all that it ever
# sent to find what moved since yesterday.
PAIRS = "CREATE STATISTICS reporting_fact_pairs (mcv) ON sender_id, recipient_id FROM reporting_referralfact"
NO_PAIRS = "DROP STATISTICS reporting_fact_pairs"

# Each fact counts in a cell of each of its sides (``models.own``), and among its exits once it ended. A change of
# a fact, or of what is left of the erased, marks them.
MARK = f"""
CREATE FUNCTION tu_mark_own() RETURNS trigger LANGUAGE plpgsql {_OWNER} AS $$
BEGIN
    INSERT INTO reporting_ownmark (organisation_id, is_sender, month, programme, exits)
    SELECT DISTINCT side.organisation_id, side.is_sender, date_trunc('month', side.day)::date, moved.programme, exits
    FROM (VALUES (OLD.sender_id, OLD.recipient_id, OLD.programme, OLD.month, OLD.ended_on),
                 (NEW.sender_id, NEW.recipient_id, NEW.programme, NEW.month, NEW.ended_on))
        AS moved (sender_id, recipient_id, programme, month, ended_on)
    CROSS JOIN LATERAL (VALUES (sender_id, true, month, false), (sender_id, true, ended_on, true),
                               (recipient_id, false, month, false), (recipient_id, false, ended_on, true))
        AS side (organisation_id, is_sender, day, exits)
    WHERE side.day IS NOT NULL;
    RETURN NULL;
END $$;
CREATE FUNCTION tu_mark_own_folded() RETURNS trigger LANGUAGE plpgsql {_OWNER} AS $$
BEGIN
    INSERT INTO reporting_ownmark (organisation_id, is_sender, month, programme, exits)
    SELECT DISTINCT moved.*, false FROM (VALUES (OLD.organisation_id, OLD.is_sender, OLD.quarter, OLD.programme),
                                                (NEW.organisation_id, NEW.is_sender, NEW.quarter, NEW.programme))
        AS moved (organisation_id, is_sender, quarter, programme) WHERE organisation_id IS NOT NULL;
    RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION tu_mark_own(), tu_mark_own_folded() FROM public;
CREATE TRIGGER reporting_own_mark AFTER INSERT OR UPDATE OR DELETE ON reporting_referralfact
    FOR EACH ROW EXECUTE FUNCTION tu_mark_own();
CREATE TRIGGER reporting_own_mark AFTER INSERT OR UPDATE OR DELETE ON reporting_foldedcount
    FOR EACH ROW EXECUTE FUNCTION tu_mark_own_folded();
"""  # noqa: S608 - constants of this module
NO_MARK = """
DROP TRIGGER reporting_own_mark ON reporting_foldedcount;
DROP TRIGGER reporting_own_mark ON reporting_referralfact;
DROP FUNCTION tu_mark_own_folded(), tu_mark_own();
"""
