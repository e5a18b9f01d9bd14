#!/usr/bin/env bash
# Where the processor time of a message goes, by stage: samples of all stacks while a node works as fast as it can.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

OUT=build/bench
RECADO="${RECADO:-bin/recado}"
LASTS="${SECONDS_EACH:-12}"
PROBES=/sys/kernel/tracing/uprobe_events

usage() {
  cat <<'HELP'
usage: chaos/budget.sh

Starts a fresh embedded system, gives it as much as 256 callers get answered, and takes the stacks of all processes for four seconds. Prints
microseconds of processor time per message for each stage of chaos/budget.stages, and, as root, system calls and allocations per
message of the node, which are counted afterwards, because counting slows it down. SECONDS_EACH (12) is how long each load lasts.

Needs perf (Debian: linux-perf) and the right to use it; --check only says whether both are there.
HELP
}

check() {
  command -v perf >/dev/null || { echo "chaos/budget.sh needs perf: apt-get install linux-perf" >&2; return 1; }
  perf record -q -a -o /dev/null -- true 2>/dev/null || {
    echo "chaos/budget.sh may not look at other processes: run it as root, or set kernel.perf_event_paranoid to -1" >&2
    return 1
  }
}

case "${1:-}" in
  --help | -h) usage; exit ;;
  --check) check; exit ;;
  '') check || exit 1 ;;
  *) usage >&2; exit 2 ;;
esac
[[ -x $RECADO && -x bin/recado-load ]] || { echo "error: no $RECADO or bin/recado-load: ./dev build" >&2; exit 1; }

# shellcheck source=chaos/system.sh
source chaos/system.sh
LOAD=0
end() {
  ((LOAD == 0)) || kill "$LOAD" 2>/dev/null || true
  if [[ -w $PROBES ]] && grep -q recado_budget "$PROBES" 2>/dev/null; then echo '-:recado_budget/allocation' >>"$PROBES" || true; fi
  clean
}
trap end EXIT

# Of the report of recado-load.
cost_of() { tr -d '\n' <"$FOLDER/stacks.json" | sed -n "s/.*\"cpu_us_per_message\": *{[^}]*\"$1\": *\([0-9.]*\).*/\1/p"; }
messages_so_far() { curl -sf "$(of_node url)/metrics" | awk '/^recado_router_commands_total/ { sum += $2 } END { printf "%d", sum }'; }

# under_load NAME COMMAND...: the load, and COMMAND in the middle of it.
under_load() {
  local name=$1
  shift
  bin/recado-load --info "$FOLDER/info.json" --json "$FOLDER/$name.json" --clients 256 --conversations 500 --warmup 3 --seconds "$LASTS" \
    >"$FOLDER/$name.txt" 2>&1 &
  LOAD=$!
  sleep $((3 + LASTS / 3))
  "$@"
  wait "$LOAD" || { cat "$FOLDER/$name.txt" >&2; exit 1; }
  LOAD=0
}

stacks() { perf record -q -F 997 -a --call-graph dwarf,16384 -o "$FOLDER/stacks" -- sleep 4 2>"$FOLDER/perf.txt" || { cat "$FOLDER/perf.txt" >&2; exit 1; }; }

# count EVENT: how often it happens in the node for each message of the same two seconds.
COUNTED=''
count() {
  local before
  before="$(messages_so_far)"
  perf stat -x ' ' -e "$1" -p "$NODE" -o "$FOLDER/count" -- sleep 2
  COUNTED="$(awk -v messages=$(($(messages_so_far) - before)) '$1 ~ /^[0-9]+$/ { printf "%.1f", $1 / messages }' "$FOLDER/count")"
}

table() { # us of the node, PostgreSQL, the load, NATS
  perf script -i "$FOLDER/stacks" --no-inline -F comm,ip,sym 2>/dev/null |
    awk -F '\t' -v node="$1" -v postgres="$2" -v load="$3" -v nats="$4" '
      FNR == NR {
        if ($0 ~ /^#/) next
        if ($3 == "") { otherwise[$1] = $2; next }
        ++rules; program[rules] = $1; stage[rules] = $2; pattern[rules] = $3; anywhere[rules] = $4 == "anywhere"
        next
      }
      function program_of(name) { return name ~ /^(exe|caf|writer|reader)/ || name == "recado" ? "node" : name }
      function stage_of(p,  i, r) {
        for (r = 1; r <= rules; ++r)
          if (anywhere[r] && program[r] == p)
            for (i = 1; i <= depth; ++i) if (frame[i] ~ pattern[r]) return stage[r]
        for (i = 1; i <= depth; ++i)
          for (r = 1; r <= rules; ++r)
            if (!anywhere[r] && program[r] == p && frame[i] ~ pattern[r]) return stage[r]
        return otherwise[p]
      }
      function settle(  p) {
        p = program_of(who)
        if (depth && p in price) { ++samples[p]; ++counted[p "\t" stage_of(p)] }
        depth = 0
      }
      BEGIN { price["node"] = node; price["postgres"] = postgres; price["recado-load"] = load; price["nats-server"] = nats }
      /^[^\t]/ { settle(); who = $0; gsub(/^ +| +$/, "", who); next }
      /^\t/ { line = $0; sub(/^[ \t]+[0-9a-f]+ /, "", line); frame[++depth] = line }
      END {
        settle()
        for (key in counted) { split(key, part, "\t"); printf "%s\t%s\t%.1f\n", part[1], part[2], price[part[1]] * counted[key] / samples[part[1]] }
      }' chaos/budget.stages - | sort -t $'\t' -k1,1 -k3,3nr |
    awk -F '\t' '
      { if (program != "" && $1 != program) total(); program = $1; printf "%-12s %-42s %6s\n", $1, $2, $3; sum += $3; all += $3 }
      function total() { printf "%-12s %-42s %6.1f\n\n", "", "in all", sum; sum = 0 }
      END { total(); printf "%-12s %-42s %6.1f\n", "all", "", all }'
}

# shellcheck disable=SC2119 # no arguments here
start
NODE="$(of_node pid)"

under_load stacks stacks
counts=()
if [[ -w $PROBES ]]; then
  under_load calls count raw_syscalls:sys_enter
  counts+=("system calls of the node per message: $COUNTED")
  # The function that operator new is, as a place in the library: perf does not find it by its name.
  allocator="$(readlink -f "$(ldd "$RECADO" | sed -n 's/.*libmimalloc[^ ]* => \([^ ]*\).*/\1/p')")"
  place="$(nm -D "$allocator" | sed -n 's/^0*\([0-9a-f]*\) T _Znwm$/\1/p')"
  echo "p:recado_budget/allocation $allocator:0x$place" >>"$PROBES"
  under_load allocations count recado_budget:allocation
  counts+=("allocations of the node (operator new) per message: $COUNTED")
fi

mkdir -p "$OUT"
{
  sed -n 's/^accepted *\([0-9]*\).*/microseconds of processor time per message, \1 messages a second/p' "$FOLDER/stacks.txt"
  table "$(cost_of node)" "$(cost_of postgres)" "$(cost_of load)" "$(cost_of nats)"
  sed -n 's/^WAL /log written by PostgreSQL: /p' "$FOLDER/stacks.txt"
  if ((${#counts[@]})); then printf '%s\n' "${counts[@]}"; else echo "system calls and allocations are not counted: root and a mounted tracefs (/sys/kernel/tracing) are needed"; fi
} | tee "$OUT/budget.txt"
