#!/bin/sh
# Make what deploy/compose.yaml reads from deploy/secrets/, once: `deploy/make_secrets.sh rescue.example.gov`.
# The certificate signs itself, to try with: put your own chain and key into site.pem, and into clients.pem the
# authorities whose client certificates you take.
set -eu
umask 077

name="${1:?the name people reach it by}"
folder="${2:-$(dirname "$0")/secrets}"
[ ! -e "$folder" ] || { echo "$folder is there already; nothing was changed" >&2; exit 1; }
mkdir "$folder"
cd "$folder"

for secret in postgres application replication valkey grafana; do
	openssl rand -hex 24 > "$secret"
done
hosts=postgres-1:5432,postgres-2:5432
printf 'postgresql://auxilio_app:%s@%s/auxilio\n' "$(cat application)" "$hosts" > database
printf 'postgresql://auxilio:%s@%s/auxilio\n' "$(cat postgres)" "$hosts" > migrate_database
printf 'redis://:%s@valkey:6379/0\n' "$(cat valkey)" > redis
printf 'requirepass %s\nsave ""\nappendonly no\nmaxmemory 256mb\nmaxmemory-policy noeviction\n' "$(cat valkey)" > valkey.conf
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 90 -subj "/CN=$name" \
	-addext "subjectAltName=DNS:$name" -keyout site.key -out site.crt 2> /dev/null
cat site.crt site.key > site.pem
mv site.crt clients.pem
rm site.key
# The folder is yours alone; in it the files are for the accounts within the containers, whose numbers differ.
chmod 0444 ./*
