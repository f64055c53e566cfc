SELECT y.uuid, y.first_name, y.last_name, y.birth_date, y.search_name,
       (SELECT u.first_name || ' ' || u.last_name
        FROM youths_accompaniment l JOIN accounts_user u ON u.id = l.professional_id
        WHERE l.youth_id = y.id AND l.role = 'lead' AND l.ended_on IS NULL LIMIT 1),
       (SELECT count(*) FROM youths_obstacle o WHERE o.youth_id = y.id AND o.closing = ''),
       ARRAY(SELECT DISTINCT r.programme FROM referrals_referral r WHERE r.youth_id = y.id
             AND (r.sender_id = %(org)s OR r.recipient_id = %(org)s)
             AND r.state IN ('sent', 'received', 'info_requested', 'waitlisted', 'accepted', 'started')),
       y.last_contact_on
FROM (SELECT v.id, v.uuid, v.first_name, v.last_name, v.birth_date, v.search_name, v.last_contact_on
      FROM youths_reach h JOIN youths_youth v ON v.id = h.youth_id
      WHERE h.organisation_id = %(org)s AND (h.access_until IS NULL OR h.access_until > tu_now())
      ORDER BY h.search_name, h.youth_id
      LIMIT %(rows)s) y
ORDER BY y.search_name, y.id;
SELECT count(*) FROM youths_reach h
WHERE h.organisation_id = %(org)s AND (h.access_until IS NULL OR h.access_until > tu_now());
