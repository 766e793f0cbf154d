#!/bin/sh
# A person at a terminal with wscat, which needs one: `script` lends it. Usage: wscat.sh WS_URL NAME (NODE: the node to run it with)
set -eu
url=$1 name=$2
here=$(cd "$(dirname "$0")" && pwd)
{
  sleep 2
  printf '{"type":"chat","content":"hello from %s"}\n' "$name"
  sleep 4
} | timeout 15 script -qec "${NODE:-node} $here/node_modules/wscat/bin/wscat -c '$url?userId=$name&username=$name&room=interop-$name' -w 5" /dev/null
