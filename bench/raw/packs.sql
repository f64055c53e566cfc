SELECT b.name, c.title, m.uuid, m.held_on, m.place, p.uuid, p.version, p.status, p.ready_at
FROM partners_committee b
JOIN partners_convention c ON c.id = b.convention_id
LEFT JOIN partners_committeemeeting m ON m.committee_id = b.id AND NOT m.cancelled
LEFT JOIN LATERAL (SELECT uuid, version, status, ready_at FROM reporting_committeepack k
                   WHERE k.meeting_id = m.id ORDER BY k.version DESC LIMIT 1) p ON true
WHERE b.convention_id IN (
        SELECT q.convention_id FROM partners_conventionparty q
        JOIN partners_organisation o ON o.id = q.organisation_id
        WHERE o.network = 'ml' AND (q.left_on IS NULL OR q.left_on >= %(today)s))
ORDER BY c.title, b.id, m.held_on
LIMIT %(rows)s;
SELECT count(*)
FROM partners_committee b
WHERE b.convention_id IN (
        SELECT q.convention_id FROM partners_conventionparty q
        JOIN partners_organisation o ON o.id = q.organisation_id
        WHERE o.network = 'ml' AND (q.left_on IS NULL OR q.left_on >= %(today)s));
