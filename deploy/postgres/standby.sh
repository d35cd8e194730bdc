#!/bin/sh
# A standby of the server $PRIMARY: copied from it when there is no data yet, then started. What is promoted stays so.
set -eu

if [ ! -s "$PGDATA/PG_VERSION" ]; then
	PGPASSWORD="$(cat "${SECRETS:-/run/secrets}/replication")"
	export PGPASSWORD
	until pg_isready --quiet --host "$PRIMARY"; do sleep 1; done
	find "$PGDATA" -mindepth 1 -delete  # of a copy that was cut short
	pg_basebackup --pgdata "$PGDATA" --wal-method stream --checkpoint fast --write-recovery-conf --slot standby \
		--dbname "host=$PRIMARY user=replicator application_name=standby"
	# Copied from the primary with all its settings; promoted, it would answer no commit until it had a standby of its own.
	echo "synchronous_standby_names = ''" >> "$PGDATA/postgresql.auto.conf"
	chmod 0700 "$PGDATA"
	unset PGPASSWORD
fi
exec "$@"
