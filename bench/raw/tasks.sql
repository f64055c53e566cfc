SELECT a.id, a.kind, a.due_on, a.opened_at, r.uuid, r.programme, y.first_name, y.last_name,
       s.name, s.is_sensitive, t.name, t.is_sensitive
FROM core_task a
JOIN referrals_referral r ON r.id = a.subject_id
JOIN youths_youth y ON y.id = r.youth_id
JOIN partners_organisation s ON s.id = r.sender_id
JOIN partners_organisation t ON t.id = r.recipient_id
WHERE a.organisation_id = %(org)s AND a.done_at IS NULL AND a.subject_kind = 'referral' AND a.user_id = %(user)s
ORDER BY a.due_on, a.id
LIMIT %(rows)s;
SELECT count(*), count(*) FILTER (WHERE a.due_on < %(today)s), count(*) FILTER (WHERE a.kind IN ('answer', 'review', 'rebound')),
       count(*) FILTER (WHERE a.kind IN ('complement', 'agreement')),
       count(*) FILTER (WHERE a.kind IN ('start', 'outcome', 'acknowledge', 'follow_up'))
FROM core_task a
WHERE a.organisation_id = %(org)s AND a.done_at IS NULL AND a.user_id = %(user)s;
