SELECT r.uuid, r.name, r.comment, r.year, r.envelope, r.shared, r.created_at, o.name, u.first_name, u.last_name
FROM reporting_fundingrun r
JOIN partners_organisation o ON o.id = r.organisation_id
JOIN accounts_user u ON u.id = r.created_by_id
WHERE r.organisation_id = %(org)s OR (r.shared AND r.region_id = %(region)s)
ORDER BY r.id DESC
LIMIT %(rows)s;
SELECT count(*) FROM reporting_fundingrun r
WHERE r.organisation_id = %(org)s OR (r.shared AND r.region_id = %(region)s);
