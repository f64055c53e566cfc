SELECT s.uuid, s.kind, s.title, s.starts_at, s.ends_at, s.place, s.state, o.name, o.acronym, o.is_sensitive, d.name,
       d.timezone, m.name
FROM partners_session s
JOIN partners_organisation o ON o.id = s.organiser_id
LEFT JOIN partners_department d ON d.code = s.department_id
LEFT JOIN partners_municipality m ON m.code = s.municipality_id
WHERE s.ends_at >= now()
ORDER BY s.starts_at, s.id
LIMIT %(rows)s;
SELECT count(*) FROM partners_session s WHERE s.ends_at >= now();
