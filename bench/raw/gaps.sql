WITH asked AS MATERIALIZED (
    SELECT DISTINCT x.topic, p.network, CASE WHEN c.level = 'national' THEN '' ELSE c.region_id END AS region,
           CASE WHEN c.level = 'local' THEN p.id END AS party
    FROM partners_convention c
    JOIN partners_conventionparty g ON g.convention_id = c.id JOIN partners_organisation p ON p.id = g.organisation_id
    JOIN (VALUES ('orientation', 'orientation'), ('apprentissage', 'apprentissage'), ('formation', 'formation'),
                 ('emploi_entreprise', 'lien_entreprises'), ('interim', 'mission_jeunes'), ('smv', 'smv'),
                 ('numerique', 'numerique')) AS x (theme, topic) ON x.theme = ANY (c.themes)
    WHERE c.signed_on <= %(today)s AND (c.ends_on IS NULL OR c.ends_on >= %(today)s)
), gaps AS MATERIALIZED (
    SELECT DISTINCT o.id, o.uuid, o.name, o.network, d.name AS department, coalesce(o.region_id, d.region_id) AS region, a.topic
    FROM asked a
    JOIN partners_organisation o ON o.network = a.network AND o.level = 'local' AND NOT o.is_sensitive
    LEFT JOIN partners_department d ON d.code = o.department_id
    WHERE (a.party = o.id OR (a.party IS NULL AND a.region IN ('', coalesce(o.region_id, d.region_id))))
      AND NOT EXISTS (SELECT FROM partners_designation g WHERE g.organisation_id = o.id AND g.topic = a.topic
                        AND g.starts_on <= %(today)s AND (g.ends_on IS NULL OR g.ends_on >= %(today)s))
)
SELECT id, uuid, name, network, department, region, array_agg(topic) FROM gaps
GROUP BY 1, 2, 3, 4, 5, 6 ORDER BY region, name, id LIMIT %(rows)s;
WITH asked AS MATERIALIZED (
    SELECT DISTINCT x.topic, p.network, CASE WHEN c.level = 'national' THEN '' ELSE c.region_id END AS region,
           CASE WHEN c.level = 'local' THEN p.id END AS party
    FROM partners_convention c
    JOIN partners_conventionparty g ON g.convention_id = c.id JOIN partners_organisation p ON p.id = g.organisation_id
    JOIN (VALUES ('orientation', 'orientation'), ('apprentissage', 'apprentissage'), ('formation', 'formation'),
                 ('emploi_entreprise', 'lien_entreprises'), ('interim', 'mission_jeunes'), ('smv', 'smv'),
                 ('numerique', 'numerique')) AS x (theme, topic) ON x.theme = ANY (c.themes)
    WHERE c.signed_on <= %(today)s AND (c.ends_on IS NULL OR c.ends_on >= %(today)s)
), gaps AS MATERIALIZED (
    SELECT DISTINCT o.id, o.uuid, o.name, o.network, d.name AS department, coalesce(o.region_id, d.region_id) AS region, a.topic
    FROM asked a
    JOIN partners_organisation o ON o.network = a.network AND o.level = 'local' AND NOT o.is_sensitive
    LEFT JOIN partners_department d ON d.code = o.department_id
    WHERE (a.party = o.id OR (a.party IS NULL AND a.region IN ('', coalesce(o.region_id, d.region_id))))
      AND NOT EXISTS (SELECT FROM partners_designation g WHERE g.organisation_id = o.id AND g.topic = a.topic
                        AND g.starts_on <= %(today)s AND (g.ends_on IS NULL OR g.ends_on >= %(today)s))
)
SELECT region, count(DISTINCT id), count(*) FROM gaps GROUP BY 1;
