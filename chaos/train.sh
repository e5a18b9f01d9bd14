#!/usr/bin/env bash
# Puts a program that writes down what it does (-DRECADO_PROFILE=train) under the load that it shall be optimized for.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

if (($# != 1)) || [[ $1 == -* ]]; then
  echo "usage: chaos/train.sh RECADO      (./dev build fast calls it)"
  [[ ${1:-} == --help || ${1:-} == -h ]]
  exit
fi

# shellcheck disable=SC2034 # of system.sh
RECADO="$1"
# shellcheck source=chaos/system.sh
source chaos/system.sh
# shellcheck disable=SC2119 # no arguments here
start

load() {
  echo "    recado-load $*"
  bin/recado-load --info "$FOLDER/info.json" --conversations 500 --warmup 1 "$@" >"$FOLDER/load.txt" 2>&1 || { cat "$FOLDER/load.txt" >&2; exit 1; }
}
load --clients 256 --seconds 8
load --clients 400 --seconds 5 --rate 3000
load --clients 20 --seconds 4 --bulk 100

# It writes as it exits, which takes longer than `up` would wait.
node="$(of_node pid)"
[[ -n $node ]] || { echo "error: no node in $FOLDER/info.json" >&2; exit 1; }
kill -TERM "$node"
tenths=0
while kill -0 "$node" 2>/dev/null; do
  ((++tenths < 300)) || { echo "error: the program did not end within 30 s" >&2; exit 1; }
  sleep 0.1
done
