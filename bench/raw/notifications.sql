SELECT id, kind, text, path, at, read_at
FROM notifications_notification
WHERE user_id = %(user)s AND organisation_id = %(org)s
ORDER BY at DESC, id DESC
LIMIT %(rows)s;
SELECT count(*) FROM notifications_notification
WHERE user_id = %(user)s AND organisation_id = %(org)s;
