#!/usr/bin/env bash
# The series of figures of docs/benchmarks.md: every run on a fresh embedded system, one after the
# other. `./dev bench full` builds first and calls it. Reports are kept in build/bench/*.json.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

OUT=build/bench
SECONDS_EACH="${SECONDS_EACH:-30}"
FOLDER='' UP=0
mkdir -p "$OUT"

start() { # start [arguments of recado up]
  FOLDER="$(mktemp -d /tmp/recado-bench-XXXXXX)"
  bin/recado up --data "$FOLDER/data" --port 0 --info "$FOLDER/info.json" "$@" >"$FOLDER/up.log" 2>&1 &
  UP=$!
  wait_for_info
}
wait_for_info() {
  until [[ -f $FOLDER/info.json ]]; do
    kill -0 "$UP" 2>/dev/null || { cat "$FOLDER/up.log" >&2; exit 1; }
    sleep 0.02
  done
}
stop() {
  kill -INT "$UP" 2>/dev/null || true
  wait "$UP" 2>/dev/null || true
  UP=0
}
clean() {
  ((UP == 0)) || stop
  [[ -z $FOLDER ]] || rm -rf "$FOLDER"
  FOLDER=''
}
trap clean EXIT

# run NAME "arguments of up" [arguments of recado-load]: a fresh system, one run.
run() {
  local name="$1" up="$2"
  shift 2
  printf '\n== %s: recado up %s; recado-load %s\n' "$name" "$up" "$*"
  # shellcheck disable=SC2086 # a list of options
  start $up
  bin/recado-load --info "$FOLDER/info.json" --json "$OUT/$name.json" "$@" 2>/dev/null || echo "(exit $?)"
  clean
}

now_ms() { date +%s%3N; }

one_second() {
  bin/recado-load --info "$FOLDER/info.json" --rate 20 --clients 1 --conversations 1 --warmup 0 --seconds 1 >"$FOLDER/load.log" 2>&1 ||
    { cat "$FOLDER/load.log" >&2; exit 1; } # without a message there is no figure
}

# From `recado up` until a message has come back over a WebSocket: with initdb, and on a data folder.
first_message() {
  local begun first
  printf '\n== start: from recado up to the first delivered message, milliseconds\n'
  begun=$(now_ms)
  start
  one_second
  first=$(($(now_ms) - begun - 1000))
  stop
  rm -f "$FOLDER/info.json"
  begun=$(now_ms)
  bin/recado up --data "$FOLDER/data" --port 0 --info "$FOLDER/info.json" >"$FOLDER/up.log" 2>&1 &
  UP=$!
  wait_for_info
  one_second
  printf 'new data folder %s, second start %s (each less the second that the run lasts)\n' "$first" "$(($(now_ms) - begun - 1000))"
  clean
}

printf '%s, %s cores, %s\n' "$(git rev-parse --short HEAD 2>/dev/null || echo 'no commit')" "$(nproc)" "$(date -u +%F)"
load=(--seconds "$SECONDS_EACH" --warmup 5 --conversations 500)
run stream-4000 "--wire stream" "${load[@]}" --rate 4000 --clients 400
run auto-4000 "--wire auto" "${load[@]}" --rate 4000 --clients 400
run stream-closed "--wire stream" "${load[@]}" --clients 256
run auto-closed "--wire auto" "${load[@]}" --clients 256
run low "" "${load[@]}" --rate 100 --clients 50
run idle "" --clients 0 --conversations 1 --seconds "$SECONDS_EACH"
run sockets-10000 "" --clients 0 --conversations 1 --idle-sockets 10000 --seconds 5
run actors-40000 "" --rate 2000 --clients 200 --implicit --no-receivers --conversations 40000 --warmup 0 --seconds 20
first_message
