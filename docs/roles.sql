-- The logins of the portal. Run once by an administrator of the server, before the first migration:
--
--     psql "host=… dbname=postgres user=…" -f docs/roles.sql
--     psql "host=… dbname=postgres user=…" -c "CREATE DATABASE portal OWNER tu_owner TEMPLATE template0 ENCODING 'UTF8'"
--
-- It can be run again at any time (each part looks first), on PostgreSQL 15 to 18. The embedded server of the
-- demo runs this same file by itself.
--
-- Passwords are set by the operator, never here: after this file, for each login that connects over the network,
--
--     \password tu_owner
--     \password tu_app
--     \password tu_worker
--     \password tu_backup
--
-- and the three addresses go to DATABASE_OWNER_URL, DATABASE_URL and DATABASE_WORKER_URL. In pg_hba.conf ask
-- for scram-sha-256. Nothing here needs a superuser: CREATEROLE is enough, except to take attributes back.

-- tu_owner: owns the tables; migrations, bench and test databases. Row-level security holds for it too.
DO $$ BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'tu_owner') THEN
    CREATE ROLE tu_owner LOGIN CREATEDB;
  END IF;
EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; -- two runs at the same moment
END $$;

-- tu_app: the web. Reads and writes rows, owns nothing. NOINHERIT: the rights of tu_stats are not its own until
-- it asks for them with SET ROLE (GRANT … WITH INHERIT FALSE would say the same, but only from PostgreSQL 16).
DO $$ BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'tu_app') THEN
    CREATE ROLE tu_app LOGIN NOINHERIT;
  END IF;
EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
END $$;

-- tu_worker: Celery. The only login for which the policies accept a declared system scope.
DO $$ BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'tu_worker') THEN
    CREATE ROLE tu_worker LOGIN NOINHERIT;
  END IF;
EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
END $$;

-- tu_stats: aggregates of regional and national staff. Nobody connects with it.
DO $$ BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'tu_stats') THEN
    CREATE ROLE tu_stats NOLOGIN;
  END IF;
EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
END $$;

-- tu_backup: pg_dump --enable-row-security; the backup policies let it read, and nothing lets it write.
DO $$ BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'tu_backup') THEN
    CREATE ROLE tu_backup LOGIN;
  END IF;
EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
END $$;

-- Attributes that would defeat the protection are taken back when somebody gave them. Only then: an ALTER ROLE
-- that changes nothing would still ask for a superuser on most managed servers.
DO $$ DECLARE guilty text; BEGIN
  FOR guilty IN
    SELECT rolname FROM pg_roles
    WHERE rolname IN ('tu_owner', 'tu_app', 'tu_worker', 'tu_stats', 'tu_backup') AND (rolsuper OR rolbypassrls)
  LOOP
    EXECUTE format('ALTER ROLE %I NOSUPERUSER NOBYPASSRLS', guilty);
  END LOOP;
  FOR guilty IN
    SELECT rolname FROM pg_roles WHERE rolname IN ('tu_app', 'tu_worker') AND (rolinherit OR rolcreatedb OR rolcreaterole)
  LOOP
    EXECUTE format('ALTER ROLE %I NOINHERIT NOCREATEDB NOCREATEROLE', guilty);
  END LOOP;
END $$;

DO $$ BEGIN
  IF NOT EXISTS (
    SELECT FROM pg_auth_members m
    WHERE m.roleid = 'tu_stats'::regrole AND m.member = 'tu_app'::regrole
  ) THEN
    GRANT tu_stats TO tu_app;
  END IF;
EXCEPTION WHEN unique_violation THEN NULL;
END $$;

-- A page that hangs must not hold its locks for ever; migrations and the worker's long operations are free.
DO $$ BEGIN
  IF NOT EXISTS (
    SELECT FROM pg_db_role_setting s WHERE s.setrole = 'tu_app'::regrole AND s.setdatabase = 0
  ) THEN
    ALTER ROLE tu_app SET statement_timeout = '30s';
    ALTER ROLE tu_app SET idle_in_transaction_session_timeout = '60s';
  END IF;
END $$;
