#!/bin/sh
# Run once by the database's image, on an empty volume, after docs/roles.sql: the passwords and the database.
set -eu

# Values go through psql variables, which quote them: a password may hold any character.
psql --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname postgres \
    --set owner="$TU_OWNER_PASSWORD" --set app="$TU_APP_PASSWORD" \
    --set worker="$TU_WORKER_PASSWORD" --set backup="$TU_BACKUP_PASSWORD" <<'SQL'
ALTER ROLE tu_owner PASSWORD :'owner';
ALTER ROLE tu_app PASSWORD :'app';
ALTER ROLE tu_worker PASSWORD :'worker';
ALTER ROLE tu_backup PASSWORD :'backup';
CREATE DATABASE portal OWNER tu_owner TEMPLATE template0 ENCODING 'UTF8';
SQL
