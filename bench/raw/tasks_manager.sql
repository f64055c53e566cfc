SELECT a.id, a.kind, a.due_on, a.opened_at, r.uuid, r.programme, y.first_name, y.last_name,
       s.name, s.is_sensitive, t.name, t.is_sensitive
FROM (SELECT c.id, c.kind, c.due_on, c.opened_at, c.subject_id FROM core_task c
      WHERE c.organisation_id = %(org)s AND c.done_at IS NULL AND c.awaited_on <= %(today)s AND c.subject_kind = 'referral'
      ORDER BY c.due_on, c.id
      LIMIT %(rows)s) a
JOIN referrals_referral r ON r.id = a.subject_id
JOIN youths_youth y ON y.id = r.youth_id
JOIN partners_organisation s ON s.id = r.sender_id
JOIN partners_organisation t ON t.id = r.recipient_id
ORDER BY a.due_on, a.id;
SELECT count(*) FILTER (WHERE c.awaited_on <= %(today)s), count(*) FILTER (WHERE c.awaited_on > %(today)s),
       count(*) FILTER (WHERE c.due_on < %(today)s),
       count(*) FILTER (WHERE c.awaited_on <= %(today)s AND c.kind IN ('answer', 'review', 'rebound')),
       count(*) FILTER (WHERE c.awaited_on <= %(today)s AND c.kind IN ('complement', 'agreement')),
       count(*) FILTER (WHERE c.awaited_on <= %(today)s AND c.kind IN ('start', 'outcome', 'acknowledge', 'follow_up'))
FROM core_task c
WHERE c.organisation_id = %(org)s AND c.done_at IS NULL;
