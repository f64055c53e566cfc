SELECT o.uuid, o.kind, o.title, o.programme, o.is_national, o.regions, o.departments, o.places, o.entries, o.opens_on,
       o.closes_on, o.checked_on, o.closed_on, g.name, g.acronym, tu_places_taken(o.id)
FROM referrals_offer o
JOIN partners_organisation g ON g.id = o.organisation_id
WHERE (o.closes_on IS NULL OR o.closes_on >= %(today)s) AND (g.ends_on IS NULL OR g.ends_on > %(today)s)
  AND o.closed_on IS NULL AND o.opens_on <= %(today)s
ORDER BY o.checked_on DESC, o.id DESC
LIMIT %(rows)s;
SELECT count(*) FROM referrals_offer o JOIN partners_organisation g ON g.id = o.organisation_id
WHERE (o.closes_on IS NULL OR o.closes_on >= %(today)s) AND (g.ends_on IS NULL OR g.ends_on > %(today)s)
  AND o.closed_on IS NULL AND o.opens_on <= %(today)s;
