"""The family of a convention as the database gathers it: what its page names, and what it only counts.

A national text may have thousands of local ones under it. Those that the page does not name are counted by region, and
whether each is in force on the day is told from its dates. Where these do not tell (a decision, a successor, parties
that moved, several amendments that disagree), the text is among those that are read, and its state is computed as
everywhere else (:mod:`partners.conventions.state`): a test compares both for texts of every kind.
"""

from partners.conventions.state import SIGNED_NATURES

# Beyond this many local texts under one, they are folded.
UNFOLDED = 6
# Beyond this many they are counted by region, and some of one's own region are named.
NAMED, OF_REGION = 100, 20
# More texts than a succession, or a chain of declinations, ever had: a bound that tells the planner how few they are.
_MOST = 20
_NATURES = ", ".join(f"'{nature}'" for nature in SIGNED_NATURES)

# True or false where the dates of a text tell whether it is in force on the day, null where they do not.
_HOLDS = f"""CASE
    WHEN c.nature NOT IN ({_NATURES}) OR NOT c.signature_known OR asked.day < c.signed_on OR asked.day < c.starts_on
        THEN false
    WHEN c.signed_on IS NULL AND c.id NOT IN (
        SELECT convention_id FROM partners_conventionparty WHERE signed_on IS NOT NULL) THEN false
    WHEN c.signed_on IS NULL OR NOT c.end_known
        OR c.id IN (SELECT x.convention_id FROM partners_conventiondecision x, asked
                    WHERE coalesce(x.effective_on, x.decided_on) <= asked.day)
        OR c.id IN (SELECT predecessor_id FROM partners_convention WHERE predecessor_id IS NOT NULL)
        OR c.id IN (SELECT convention_id FROM partners_conventionparty
                    WHERE left_on IS NOT NULL OR replaces_id IS NOT NULL) THEN NULL
    WHEN c.tacit_renewal AND c.renewal_months > 0 THEN
        CASE WHEN c.max_renewals IS NULL OR (amended.first IS NULL AND c.ends_on >= asked.day) THEN true END
    WHEN amended.first IS NULL THEN c.ends_on IS NULL OR c.ends_on >= asked.day
    -- The first one prolongs a text that still holds, and each of the following ones too.
    WHEN amended.soonest >= asked.day AND (c.ends_on IS NULL OR amended.first <= c.ends_on + 1) THEN true
    -- What is over is not extended.
    WHEN amended.first > c.ends_on + 1 THEN false
    WHEN amended.latest < asked.day AND c.ends_on < asked.day THEN false
END"""  # noqa: S608 - a constant

# What the amendments of the term that took effect by the day agree on.
_AMENDED = """amended AS (
    SELECT convention_id, min(greatest(signed_on, effective_on)) AS first,
           min(new_ends_on) AS soonest, max(new_ends_on) AS latest
    FROM partners_amendment, asked
    WHERE signed_on <= asked.day AND effective_on <= asked.day AND new_ends_on IS NOT NULL GROUP BY 1"""

FAMILY = f"""WITH RECURSIVE asked (uuid, day, home, region) AS (
    SELECT %(uuid)s::uuid, %(day)s::date, %(home)s::bigint, %(region)s::text
), one AS (
    SELECT id, parent_id, predecessor_id, region_id FROM partners_convention WHERE uuid = (SELECT uuid FROM asked)
), before AS (
    SELECT id, parent_id, predecessor_id FROM one
    UNION SELECT c.id, c.parent_id, c.predecessor_id FROM partners_convention c JOIN before b ON c.id = b.predecessor_id
), line AS (
    (SELECT * FROM before LIMIT {_MOST})
    UNION SELECT c.id, c.parent_id, c.predecessor_id FROM partners_convention c JOIN line l ON c.predecessor_id = l.id
), up AS (
    (SELECT * FROM line LIMIT {_MOST})
    UNION SELECT c.id, c.parent_id, c.predecessor_id FROM partners_convention c JOIN up u ON c.id = u.parent_id
), down (id, parent, region, level) AS (
    (SELECT id, NULL::bigint, NULL::varchar, NULL::varchar FROM up LIMIT {_MOST})
    UNION SELECT c.id, c.parent_id, c.region_id, c.level FROM partners_convention c JOIN down d ON c.parent_id = d.id
), {_AMENDED}), texts AS MATERIALIZED (
    SELECT d.id, d.parent, d.region, c.title, {_HOLDS} AS holds
    FROM down d CROSS JOIN asked JOIN partners_convention c ON c.id = d.id
    LEFT JOIN amended ON amended.convention_id = d.id
    WHERE d.parent IS NOT NULL AND d.level = 'local'
), missions AS (
    SELECT id FROM partners_organisation WHERE network = 'ml' AND level = 'local'
), signers AS (
    SELECT t.parent, t.region, array_agg(DISTINCT p.organisation_id) AS found
    FROM texts t JOIN partners_conventionparty p ON p.convention_id = t.id
    WHERE t.holds AND p.organisation_id IN (SELECT id FROM missions) GROUP BY 1, 2
), counted AS (
    SELECT parent, region, count(*) AS total, count(*) FILTER (WHERE holds) AS holding FROM texts GROUP BY 1, 2
), under AS (
    SELECT parent, sum(total) AS total FROM counted GROUP BY 1
), named AS (
    SELECT t.id, row_number() OVER (PARTITION BY t.parent ORDER BY t.id NOT IN (
        SELECT p.convention_id FROM partners_conventionparty p JOIN asked ON p.organisation_id = asked.home
    ), t.title, t.id) AS rank
    FROM texts t JOIN under ON under.parent = t.parent AND under.total > {NAMED}
    CROSS JOIN asked CROSS JOIN one
    WHERE t.parent IN (one.id, one.parent_id) AND t.region = coalesce(one.region_id, asked.region)
), shown AS (
    SELECT id FROM up
    UNION SELECT id FROM down WHERE level <> 'local'
    UNION SELECT parent FROM down WHERE parent IS NOT NULL
    UNION SELECT id FROM texts WHERE holds IS NULL
    UNION SELECT t.id FROM texts t JOIN under ON under.parent = t.parent CROSS JOIN one
        WHERE under.total <= {UNFOLDED} OR under.total <= {NAMED} AND t.parent IN (one.id, one.parent_id)
    UNION SELECT id FROM named WHERE rank <= {OF_REGION}
) """  # noqa: S608 - constants of this room

# An array tells the planner that they are few: of a sub-query it expects thousands, and reads every convention.
SHOWN = "partners_convention.id = ANY(ARRAY(SELECT id FROM shown))"
# What is only counted. Of the local texts under each text, by region: how many, how many are known to be in force, the
# Missions Locales that signed these. Then the texts whose dates do not tell, with
# their Missions Locales, and those named of one's own region.
COUNTED = f"""(SELECT jsonb_build_object(
    'groups', (SELECT jsonb_agg(jsonb_build_array(
            counted.parent, coalesce(counted.region, ''), counted.total, counted.holding, signers.found))
        FROM counted LEFT JOIN signers ON signers.parent = counted.parent
            AND signers.region IS NOT DISTINCT FROM counted.region),
    'untold', (SELECT jsonb_object_agg(t.id, ARRAY(SELECT p.organisation_id FROM partners_conventionparty p
            WHERE p.convention_id = t.id AND p.organisation_id IN (SELECT id FROM missions)))
        FROM texts t WHERE t.holds IS NULL),
    'named', (SELECT jsonb_agg(id ORDER BY rank) FROM named WHERE rank <= {OF_REGION})))"""  # noqa: S608 - a constant

# The texts under some others, at the two levels below each: what a list says of each of them.
REACH = f"""WITH asked (day, pks) AS (
    SELECT %(day)s::date, %(conventions)s::bigint[]
), {_AMENDED}), under (above, id) AS (
    SELECT parent_id, id FROM partners_convention WHERE parent_id = ANY((SELECT pks FROM asked)::bigint[])
    UNION SELECT p.parent_id, c.id FROM partners_convention c JOIN partners_convention p ON p.id = c.parent_id
        WHERE p.parent_id = ANY((SELECT pks FROM asked)::bigint[])
), reached AS MATERIALIZED (
    SELECT above, array_agg(DISTINCT region_id) FILTER (WHERE holds AND level = 'regional') AS regions,
           count(*) FILTER (WHERE holds AND level <> 'regional') AS local,
           array_agg(id) FILTER (WHERE holds IS NULL) AS untold
    FROM (
        SELECT u.above, c.id, c.level, c.region_id, {_HOLDS} AS holds
        FROM under u CROSS JOIN asked JOIN partners_convention c ON c.id = u.id
        LEFT JOIN amended ON amended.convention_id = c.id
    ) texts GROUP BY above
) """  # noqa: S608 - constants of this room
REACHED = """(SELECT jsonb_build_object('regions', regions, 'local', local, 'untold', untold)
    FROM reached WHERE above = partners_convention.id)"""
