SELECT r.uuid, r.programme, r.state, r.due_on, r.sent_at, r.created_at, y.first_name, y.last_name,
       s.name, s.is_sensitive, t.name, t.is_sensitive
FROM referrals_referral r
JOIN youths_youth y ON y.id = r.youth_id
JOIN partners_organisation s ON s.id = r.sender_id
JOIN partners_organisation t ON t.id = r.recipient_id
WHERE r.id IN (
        SELECT o.id FROM referrals_referral o
        WHERE o.sender_id = %(org)s AND o.state IN ('sent', 'received', 'info_requested', 'waitlisted', 'accepted', 'started')
          AND (o.sender_access_until IS NULL OR o.sender_access_until > tu_now())
          AND (o.sender_professional_id = %(user)s OR o.sender_team_id = %(team)s)
        ORDER BY o.created_at DESC, o.id DESC
        LIMIT %(rows)s)
ORDER BY r.created_at DESC, r.id DESC;
SELECT count(*)
FROM referrals_referral o
WHERE o.sender_id = %(org)s AND o.state IN ('sent', 'received', 'info_requested', 'waitlisted', 'accepted', 'started')
  AND (o.sender_access_until IS NULL OR o.sender_access_until > tu_now())
  AND (o.sender_professional_id = %(user)s OR o.sender_team_id = %(team)s);
