SELECT r.uuid, r.kind, r.title, r.description, r.theme, r.url, o.name, o.is_sensitive, c.uuid, c.title, k.filename
FROM partners_resource r
JOIN partners_organisation o ON o.id = r.organisation_id
JOIN partners_convention c ON c.id = r.convention_id
LEFT JOIN core_document k ON k.id = r.document_id
ORDER BY r.title, r.id
LIMIT %(rows)s;
SELECT count(*) FROM partners_resource;
