#!/bin/sh
# A script's client: curl alone. Usage: curl.sh HTTP_URL NAME
set -eu
url=$1 name=$2
ask() { curl --silent --show-error --fail --max-time 10 "$@"; }
ask "$url/health"
echo
ask -X POST -H 'content-type: application/json' -d "{\"content\":\"hello from $name\"}" "$url/api/rooms/interop-$name/messages?userId=$name&username=$name"
echo
tries=0
until ask "$url/api/rooms/interop-$name/messages?limit=10" | grep "welcome $name"; do
  tries=$((tries + 1))
  [ "$tries" -lt 100 ] || exit 1
  sleep 0.1
done
