#!/bin/sh
# Run once, by the image of PostgreSQL, on a new primary: its roles, who may copy it, and that no commit is answered
# before the standby has it.
set -eu

psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" \
	--set application="$(cat "${SECRETS:-/run/secrets}/application")" \
	--set replication="$(cat "${SECRETS:-/run/secrets}/replication")" <<'SQL'
CREATE ROLE auxilio_app LOGIN PASSWORD :'application';
CREATE ROLE auxilio_auditor NOLOGIN;
CREATE ROLE auxilio_backup NOLOGIN;
CREATE ROLE replicator REPLICATION LOGIN PASSWORD :'replication';
SELECT pg_create_physical_replication_slot('standby');
-- Takes effect at the start that follows: here there is no standby yet, and a commit would wait for it.
ALTER SYSTEM SET synchronous_standby_names = 'standby';
SQL
echo 'host replication replicator samenet scram-sha-256' >> "$PGDATA/pg_hba.conf"
