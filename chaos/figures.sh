#!/usr/bin/env bash
# The series of figures of docs/benchmarks.md, step by step: every run on a fresh embedded system, one
# after the other. `./dev bench full` builds first and calls it. --help lists the steps.
set -euo pipefail
if [[ -n ${RECADO:-} ]]; then RECADO="$(realpath "$RECADO")"; fi
cd "$(dirname "${BASH_SOURCE[0]}")/.."

OUT=build/bench
export RECADO="${RECADO:-$PWD/bin/recado}"
SECONDS_EACH="${SECONDS_EACH:-30}"
MOST_CONVERSATIONS="${MOST_CONVERSATIONS:-1000000}"
HISTORY="${HISTORY:-10000000}"
IDLE_SOCKETS="${IDLE_SOCKETS:-10000}"
OVERLOAD_SECONDS="${OVERLOAD_SECONDS:-120}"
SUSTAINED_SECONDS="${SUSTAINED_SECONDS:-300}"
SUSTAINED_RATE="${SUSTAINED_RATE:-11600}"
SUSTAINED_WIRE="${SUSTAINED_WIRE:-auto}"

STEPS=(stream-4000 auto-4000 stream-closed auto-closed low idle sockets-10000 actors-40000 first-message
  bulk growth-conversations growth-members growth-sockets growth-history overload sustained floors budget)

usage() {
  cat <<'HELP'
usage: chaos/figures.sh [STEP...]      without a step: all of them, about 40 minutes

  stream-4000, auto-4000     4,000 messages a second, by the wire
  stream-closed, auto-closed as fast as 256 callers get their answers
  low                        100 messages a second
  idle                       what an idle system costs
  sockets-10000              what 10,000 idle WebSockets cost
  actors-40000               what 40,000 conversations in memory cost
  first-message              from `recado up` until a message has come
  bulk                       POST /v1/messages/bulk, 100 and 1,000 messages each
  growth-conversations       throughput and memory with 1, 1,000 and 1,000,000 conversations
  growth-members             ... with 2, 100 and 1,000 members: one of them listens, then all
  growth-sockets             ... beside 0 and 10,000 idle WebSockets
  growth-history             ... upon 0 and 10,000,000 messages (needs 15 GB under /tmp)
  overload                   twice the capacity for two minutes, and how long that is felt
  sustained                  11,600 messages a second for five minutes
  floors                     bin/recado-floor
  budget                     processor time of a message by stage (chaos/budget.sh; left out where perf is not there, or not allowed)

Every run leaves build/bench/NAME.json; bin/recado-figures makes tables and pictures of them, which is
done at the end. For a quick try: SECONDS_EACH, MOST_CONVERSATIONS, HISTORY, IDLE_SOCKETS,
OVERLOAD_SECONDS, SUSTAINED_SECONDS, SUSTAINED_RATE and SUSTAINED_WIRE in the environment. RECADO is the
program that is measured (bin/recado).
HELP
}

# shellcheck source=chaos/system.sh
source chaos/system.sh

# load NAME [arguments of recado-load]: one run on the system that is up.
load() {
  local name="$1" status=0
  shift
  printf 'recado-load %s\n' "$*"
  rm -f "$OUT/$name.json"
  bin/recado-load --info "$FOLDER/info.json" --json "$OUT/$name.json" "$@" 2>"$FOLDER/load.log" || status=$?
  if ((status)); then
    grep '^recado-load:' "$FOLDER/load.log" || true
    echo "(exit $status)"
  fi
}

# run NAME "arguments of up" [arguments of recado-load]: a fresh system, one run.
run() {
  local name="$1" up="$2"
  shift 2
  printf '\n== %s: recado up %s; ' "$name" "$up"
  # shellcheck disable=SC2086 # a list of options
  start $up
  load "$name" "$@"
  clean
}

usual() { # usual NAME "arguments of up" [further arguments of recado-load]
  local name="$1" up="$2"
  shift 2
  run "$name" "$up" --seconds "$SECONDS_EACH" --warmup 5 --conversations 500 "$@"
}

now_ms() { date +%s%3N; }

one_second() {
  bin/recado-load --info "$FOLDER/info.json" --rate 20 --clients 1 --conversations 1 --warmup 0 --seconds 1 >"$FOLDER/load.log" 2>&1 ||
    { cat "$FOLDER/load.log" >&2; exit 1; } # without a message there is no figure
}

# From `recado up` until a message has come back over a WebSocket: with initdb, and on a data folder.
first_message() {
  local begun first second
  printf '\n== first-message: from recado up to the first delivered message, milliseconds\n'
  begun=$(now_ms)
  start
  one_second
  first=$(($(now_ms) - begun - 1000))
  stop
  begun=$(now_ms)
  start_again
  one_second
  second=$(($(now_ms) - begun - 1000))
  printf 'new data folder %s, second start %s (each less the second that the run lasts)\n' "$first" "$second"
  printf '{"new_folder_ms": %s, "second_start_ms": %s}\n' "$first" "$second" >"$OUT/first-message.json"
  clean
}

closed() { # as fast as the answers come
  local name="$1"
  shift
  run "$name" "" --seconds "$SECONDS_EACH" --warmup 5 --clients 256 "$@"
}

# At most 500 conversations are read, so that the readers' share is the same in the larger two.
growth_conversations() {
  local count
  rm -f "$OUT"/growth-conversations-*.json # of other sizes
  for count in 1 1000 "$MOST_CONVERSATIONS"; do
    closed "growth-conversations-$count" --rows --conversations "$count" --readers $((count < 500 ? count : 500))
  done
}

# A hundred conversations: what more members cost of whom one listens. Then as many frames a second as
# a thousand members get of four messages: what it costs that all listen.
growth_members() {
  local members rooms frames=4000
  rm -f "$OUT"/growth-{members,listeners}-*.json
  for members in 2 100 1000; do
    closed "growth-members-$members" --rows --conversations 100 --members "$members"
  done
  for members in 2 100 1000; do
    rooms=$((members < 1000 ? 1000 / members : 1))
    run "growth-listeners-$members" "" --seconds "$SECONDS_EACH" --warmup 5 --clients 64 --rate $((frames / (members - 1))) \
      --rows --conversations "$rooms" --members "$members" --listeners $((members - 1))
  done
}

growth_sockets() {
  local count
  rm -f "$OUT"/growth-sockets-*.json
  for count in 0 "$IDLE_SOCKETS"; do
    closed "growth-sockets-$count" --conversations 500 --idle-sockets "$count"
  done
}

growth_history() {
  local count free
  free=$(df --output=avail -k /tmp | tail -1)
  if ((free < HISTORY * 3 / 2)); then # 1.5 KiB a message: row, indexes and log
    echo "growth-history: /tmp has only $((free / 1048576)) GiB free"
    return 1
  fi
  rm -f "$OUT"/growth-history-*.json
  for count in 0 "$HISTORY"; do
    closed "growth-history-$count" --rows --conversations 500 --history "$count"
  done
}

bulk() {
  local each
  for each in 100 1000; do
    run "bulk-$each" "" --seconds "$SECONDS_EACH" --warmup 5 --conversations 500 --clients $((4000 / each)) --bulk "$each"
  done
}

# What 256 callers get is the capacity. As many connections as it takes to offer more than that.
overload() {
  local capacity
  printf '\n== overload: recado up; '
  start
  load overload-capacity --seconds "$SECONDS_EACH" --warmup 5 --rows --conversations 500 --clients 256
  clean
  capacity=$(sed -n 's/^ *"accepted_per_second": \([0-9]*\).*/\1/p' "$OUT/overload-capacity.json")
  run overload "" --rows --conversations 500 --readers 100 --clients 9000 --patience 1000 --warmup 5 \
    --phases "$((capacity / 2)):20,$((capacity * 2)):$OVERLOAD_SECONDS,$((capacity / 2)):60"
}

floors() {
  printf '\n== floors: recado-floor all\n'
  bin/recado-floor all --seconds "$((SECONDS_EACH < 10 ? SECONDS_EACH : 10))" --json "$OUT/floors.json" 2>/dev/null || echo "(exit $?)"
}

budget() {
  printf '\n== budget: chaos/budget.sh\n'
  if chaos/budget.sh --check; then chaos/budget.sh; else echo "left out"; fi
}

step() {
  case $1 in
    stream-4000) usual stream-4000 "--wire stream" --rate 4000 --clients 400 ;;
    auto-4000) usual auto-4000 "--wire auto" --rate 4000 --clients 400 ;;
    stream-closed) usual stream-closed "--wire stream" --clients 256 ;;
    auto-closed) usual auto-closed "--wire auto" --clients 256 ;;
    low) usual low "" --rate 100 --clients 50 ;;
    idle) run idle "" --clients 0 --conversations 1 --seconds "$SECONDS_EACH" ;;
    sockets-10000) run sockets-10000 "" --clients 0 --conversations 1 --idle-sockets 10000 --seconds 5 ;;
    actors-40000) run actors-40000 "" --rate 2000 --clients 200 --implicit --no-receivers --conversations 40000 --warmup 0 --seconds 20 ;;
    sustained) run sustained "--wire $SUSTAINED_WIRE" --conversations 500 --clients 512 --warmup 5 --timeline --rate "$SUSTAINED_RATE" --seconds "$SUSTAINED_SECONDS" ;;
    first-message) first_message ;;
    bulk) bulk ;;
    growth-conversations) growth_conversations ;;
    growth-members) growth_members ;;
    growth-sockets) growth_sockets ;;
    growth-history) growth_history ;;
    overload) overload ;;
    floors) floors ;;
    budget) budget ;;
  esac
}

for name in "$@"; do
  if [[ $name == --help || $name == -h ]]; then usage; exit; fi
  [[ " ${STEPS[*]} " == *" $name "* ]] || { echo "there is no step '$name'; see chaos/figures.sh --help" >&2; exit 2; }
done

[[ -x $RECADO ]] || { echo "error: no program $RECADO: ./dev build" >&2; exit 1; }
mkdir -p "$OUT"
commit="$(git rev-parse --short HEAD 2>/dev/null || echo 'no commit')"
printf '%s (%s), %s cores, %s\n' "$commit" "$RECADO" "$(nproc)" "$(date -u +%F)"
printf '{"commit": "%s", "program": "%s", "cores": %s, "date": "%s"}\n' "$commit" "$RECADO" "$(nproc)" "$(date -u +%F)" >"$OUT/machine.json"
if (($# == 0)); then
  set -- "${STEPS[@]}"
  find "$OUT" -name '*.json' ! -name machine.json -delete # of another commit
fi
failed=0
for name in "$@"; do step "$name" || failed=1; done
bin/recado-figures "$OUT" >"$OUT/figures.md" && printf '\ntables and pictures: %s/figures.md\n' "$OUT"
exit "$failed"
