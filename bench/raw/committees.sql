SELECT b.uuid, b.name, b.frequency_months, b.reckoning, c.title, c.signed_on, c.starts_on, c.ends_on, g.name,
       ARRAY(SELECT o.name FROM partners_conventionparty p JOIN partners_organisation o ON o.id = p.organisation_id
             WHERE p.convention_id = c.id ORDER BY p.id),
       ARRAY(SELECT x.kind FROM partners_conventiondecision x WHERE x.convention_id = c.id ORDER BY x.id),
       ARRAY(SELECT coalesce(k.starts_on, k.signed_on) FROM partners_convention k WHERE k.predecessor_id = c.id),
       ARRAY(SELECT m.held_on FROM partners_committeemeeting m WHERE m.committee_id = b.id AND NOT m.cancelled
             ORDER BY m.held_on)
FROM partners_committee b
JOIN partners_convention c ON c.id = b.convention_id
LEFT JOIN partners_region g ON g.code = c.region_id
ORDER BY c.title, b.id
LIMIT %(rows)s;
SELECT count(*) FROM partners_committee;
