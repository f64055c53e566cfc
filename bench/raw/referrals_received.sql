SELECT r.uuid, r.programme, r.state, r.due_on, r.sent_at, r.created_at, y.first_name, y.last_name,
       s.name, s.is_sensitive, t.name, t.is_sensitive
FROM referrals_referral r
JOIN youths_youth y ON y.id = r.youth_id
JOIN partners_organisation s ON s.id = r.sender_id
JOIN partners_organisation t ON t.id = r.recipient_id
WHERE r.recipient_id = %(org)s AND r.state IN ('sent', 'received', 'info_requested', 'waitlisted', 'accepted', 'started')
  AND (r.recipient_access_until IS NULL OR r.recipient_access_until > tu_now())
  AND (r.recipient_professional_id = %(user)s OR r.recipient_substitute_id = %(user)s
       OR r.recipient_team_id = %(team)s)
ORDER BY r.sent_at DESC, r.id DESC
LIMIT %(rows)s;
SELECT count(*)
FROM referrals_referral r
WHERE r.recipient_id = %(org)s AND r.state IN ('sent', 'received', 'info_requested', 'waitlisted', 'accepted', 'started')
  AND (r.recipient_access_until IS NULL OR r.recipient_access_until > tu_now())
  AND (r.recipient_professional_id = %(user)s OR r.recipient_substitute_id = %(user)s
       OR r.recipient_team_id = %(team)s);
