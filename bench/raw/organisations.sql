SELECT o.uuid, o.name, o.network, o.level, o.ends_on, m.name, d.name, d.code, g.name
FROM partners_organisation o
LEFT JOIN partners_municipality m ON m.code = o.municipality_id
LEFT JOIN partners_department d ON d.code = o.department_id
LEFT JOIN partners_region g ON g.code = o.region_id
WHERE NOT o.is_sensitive OR o.id = %(org)s
ORDER BY o.name, o.id
LIMIT %(rows)s;
SELECT count(*) FROM partners_organisation o WHERE NOT o.is_sensitive OR o.id = %(org)s;
