SELECT g.topic, o.name, o.uuid, d.name, u.first_name, u.last_name, u.email, u.phone, v.first_name, v.last_name
FROM partners_designation g
JOIN partners_organisation o ON o.id = g.organisation_id
JOIN accounts_user u ON u.id = g.user_id
LEFT JOIN accounts_user v ON v.id = g.substitute_id
LEFT JOIN partners_department d ON d.code = g.department_id
WHERE g.starts_on <= %(today)s AND (g.ends_on IS NULL OR g.ends_on >= %(today)s)
  AND (NOT o.is_sensitive OR o.id = %(org)s)
ORDER BY g.topic, o.name, g.id
LIMIT %(rows)s;
SELECT count(*)
FROM partners_designation g JOIN partners_organisation o ON o.id = g.organisation_id
WHERE g.starts_on <= %(today)s AND (g.ends_on IS NULL OR g.ends_on >= %(today)s)
  AND (NOT o.is_sensitive OR o.id = %(org)s);
