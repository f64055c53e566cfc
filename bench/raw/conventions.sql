SELECT c.uuid, c.title, c.nature, c.level, c.signed_on, c.starts_on, c.ends_on, g.name,
       ARRAY(SELECT o.name FROM partners_conventionparty p JOIN partners_organisation o ON o.id = p.organisation_id
             WHERE p.convention_id = c.id ORDER BY p.id),
       ARRAY(SELECT coalesce(k.starts_on, k.signed_on) FROM partners_convention k WHERE k.predecessor_id = c.id),
       (SELECT min(m.held_on) FROM partners_committeemeeting m JOIN partners_committee b ON b.id = m.committee_id
        WHERE b.convention_id = c.id AND m.held_on >= %(today)s AND NOT m.cancelled)
FROM partners_convention c
LEFT JOIN partners_region g ON g.code = c.region_id
ORDER BY coalesce(c.starts_on, c.signed_on) DESC NULLS LAST, c.code DESC
LIMIT %(rows)s;
SELECT count(*) FROM partners_convention;
