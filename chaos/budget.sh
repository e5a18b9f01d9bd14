#!/usr/bin/env bash
# Where the processor time of a message goes, by stage: samples of all stacks while a node works as fast as it can.
set -Eeuo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

OUT=build/bench
LASTS="${SECONDS_EACH:-12}"

usage() {
  cat <<'HELP'
usage: chaos/budget.sh [options of recado-load]

Starts a fresh embedded system, offers it as much as 256 callers get answered, and takes stacks of all processes for four seconds. Prints
microseconds of processor time per message for each stage of chaos/budget.stages, system calls per message of the node's threads, and, as
root, allocations per message of the node. Needs `perf` (Debian: linux-perf) and the right to use it. SECONDS_EACH (12) is how long
the load lasts. Rounds that count system calls and allocations come after the stacks, because counting slows the node down.
HELP
}

case "${1:-}" in --help | -h) usage; exit ;; esac
command -v perf >/dev/null || { echo "error: chaos/budget.sh needs perf: apt-get install linux-perf" >&2; exit 1; }
[[ -x bin/recado && -x bin/recado-load ]] || { echo "error: no bin/recado: ./dev build" >&2; exit 1; }

FOLDER="$(mktemp -d /tmp/recado-bench-XXXXXX)"
UP=0 LOAD=0
PROBES=/sys/kernel/tracing/uprobe_events
clean() {
  ((LOAD == 0)) || kill "$LOAD" 2>/dev/null || true
  ((UP == 0)) || { kill -INT "$UP" 2>/dev/null || true; wait "$UP" 2>/dev/null || true; }
  if [[ -w $PROBES ]] && grep -q recado_budget "$PROBES" 2>/dev/null; then echo '-:recado_budget/allocation' >>"$PROBES" || true; fi
  rm -rf "$FOLDER"
}
trap clean EXIT

from_info() { sed -n "/\"nodes\"/,/\]/s/.*\"$1\": *\"\{0,1\}\([^\",]*\).*/\1/p" "$FOLDER/info.json" | head -1; }
from_report() { tr -d '\n' <"$1" | sed -n "s/.*\"cpu_us_per_message\": *{[^}]*\"$2\": *\([0-9.]*\).*/\1/p"; }
rate_of() { sed -n 's/^ *"accepted_per_second": \([0-9.]*\).*/\1/p' "$1"; }

# round NAME COMMAND...: the load, and COMMAND in the middle of it.
round() {
  local name=$1
  shift
  bin/recado-load --info "$FOLDER/info.json" --json "$FOLDER/$name.json" --clients 256 --conversations 500 --warmup 3 --seconds "$LASTS" \
    "${OPTIONS[@]}" >"$FOLDER/$name.txt" 2>&1 &
  LOAD=$!
  sleep $((3 + LASTS / 3))
  "$@"
  wait "$LOAD" || { cat "$FOLDER/$name.txt" >&2; exit 1; }
  LOAD=0
}

stacks() { perf record -q -F 997 -a --call-graph dwarf,16384 -o "$FOLDER/stacks" -- sleep 4 2>/dev/null; }
system_calls() { perf stat -x ' ' -e 'raw_syscalls:sys_enter' -p "$PID" -o "$FOLDER/calls" -- sleep 2; }
allocations() { perf stat -x ' ' -e 'recado_budget:allocation' -p "$PID" -o "$FOLDER/allocations" -- sleep 2; }
# per_message FILE ROUND: what two seconds counted, by the messages of two seconds of that round.
per_message() { awk -v rate="$(rate_of "$FOLDER/$2.json")" '$1 ~ /^[0-9]+$/ { printf "%.1f", $1 / 2 / rate }' "$FOLDER/$1"; }

table() {
  perf script -i "$FOLDER/stacks" --no-inline -F comm,ip,sym 2>/dev/null |
    awk -F '\t' -v node="$1" -v postgres="$2" -v load="$3" -v nats="$4" '
      FNR == NR {
        if ($0 ~ /^#/) next
        if ($3 == "") { otherwise[$1] = $2; next }
        ++rules; program[rules] = $1; stage[rules] = $2; pattern[rules] = $3
        next
      }
      function program_of(name) {
        if (name ~ /^(exe|recado|caf|writer|reader)/ && name !~ /^recado-load/) return "node"
        return name
      }
      function settle(  i, r, p) {
        if (!depth) return
        p = program_of(who); depth_was = depth; depth = 0
        if (!(p in price)) return
        ++samples[p]
        for (i = 1; i <= depth_was; ++i)
          for (r = 1; r <= rules; ++r)
            if (program[r] == p && frame[i] ~ pattern[r]) { ++count[p "\t" stage[r]]; return }
        ++count[p "\t" otherwise[p]]
      }
      BEGIN { price["node"] = node; price["postgres"] = postgres; price["recado-load"] = load; price["nats-server"] = nats }
      /^[^\t]/ { settle(); who = $0; gsub(/^ +| +$/, "", who); next }
      /^\t/ { line = $0; sub(/^[ \t]+[0-9a-f]+ /, "", line); frame[++depth] = line }
      END {
        settle()
        for (key in count) { split(key, part, "\t"); printf "%s\t%s\t%.1f\n", part[1], part[2], price[part[1]] * count[key] / samples[part[1]] }
      }' chaos/budget.stages - | sort -t $'\t' -k1,1 -k3,3nr
}

OPTIONS=("$@")
bin/recado up --data "$FOLDER/data" --port 0 --info "$FOLDER/info.json" >"$FOLDER/up.log" 2>&1 &
UP=$!
until [[ -f $FOLDER/info.json ]]; do
  kill -0 "$UP" 2>/dev/null || { cat "$FOLDER/up.log" >&2; exit 1; }
  sleep 0.05
done
PID="$(from_info pid)"

round stacks stacks
report="$FOLDER/stacks.json"
mkdir -p "$OUT"
{
  printf 'us of processor time per message, %s/s\n' "$(rate_of "$report")"
  table "$(from_report "$report" node)" "$(from_report "$report" postgres)" "$(from_report "$report" load)" "$(from_report "$report" nats)" |
    awk -F '\t' '{ printf "%-12s %-42s %6s\n", $1, $2, $3; sum[$1] += $3; all += $3 }
                 END { for (p in sum) printf "%-12s %-42s %6.1f\n", p, "in all", sum[p]; printf "%-12s %-42s %6.1f\n", "", "in all", all }'
  sed -n 's/^WAL /log written by PostgreSQL: /p' "$FOLDER/stacks.txt"
  round calls system_calls
  printf 'system calls of the node per message: %s\n' "$(per_message calls calls)"
  allocator="$(ldd bin/recado | sed -n 's/.*libmimalloc[^ ]* => \([^ ]*\).*/\1/p')"
  if [[ -w $PROBES && -n $allocator ]]; then
    # Which function of the library that is, as an offset: perf does not find it by its name.
    offset="$(nm -D "$(readlink -f "$allocator")" | sed -n 's/^0*\([0-9a-f]*\) T _Znwm$/\1/p')"
    echo "p:recado_budget/allocation $(readlink -f "$allocator"):0x$offset" >>"$PROBES"
    round allocations allocations
    printf 'allocations (operator new) of the node per message: %s\n' "$(per_message allocations allocations)"
  fi
} | tee "$OUT/budget.txt"
