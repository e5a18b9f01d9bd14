#!/usr/bin/env bash
# Fuzzes for as long as one has: each target until it has used so many minutes of processor time in all, over any number of sittings.
set -Eeuo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

LEDGER=.cache/fuzz/ledger # a line per chunk: target, processor seconds, inputs tried, coverage before and after
CHUNK="${CHUNK_SECONDS:-300}"

usage() {
  cat <<'HELP'
usage: tests/fuzz/hours.sh MINUTES [TARGET...]    every target, unless some are named
       tests/fuzz/hours.sh report                 what each target has had

One process per core at the idle priority, so that other work is not slowed down; stop it with Ctrl-C, the next run goes on.
CHUNK_SECONDS (300) is how long a target runs before it is the next one's turn; at most this much is not counted after a stop.
Inputs that were found stay in .cache/corpus; what broke a target is build/test-logs/fuzz/crash-*, and ends the run.
HELP
}

seconds_of() { awk -v t="$1" '$1 == t { s += $2 } END { printf "%d", s }' "$LEDGER"; }

# One turn of one target; its line in the ledger is appended at once, so that turns side by side do not mix.
chunk() {
  trap '' INT TERM # the fuzzer hears them and stops; what it did until then is written down
  local target=$1 log=build/test-logs/fuzz/$1.log spent executed first last
  mkdir -p ".cache/corpus/$target" build/test-logs/fuzz
  local TIMEFORMAT='%U %S' status=0 interrupted=72
  { time chrt -i 0 "build/fuzz/bin/$target" -max_total_time="$CHUNK" -print_final_stats=1 -dict=tests/fuzz/words.dict \
    -artifact_prefix=build/test-logs/fuzz/ ".cache/corpus/$target" "tests/fuzz/corpus/$target" >"$log" 2>&1 || status=$?; } 2>"$log.time"
  if ((status != 0 && status != interrupted)); then
    echo "$target FAILED, see $log" >&2
    return 255 # xargs begins nothing more
  fi
  spent="$(awk '{ printf "%.0f", $1 + $2 }' "$log.time")"
  executed="$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")"
  first="$(sed -n 's/.*INITED cov: \([0-9]*\).*/\1/p' "$log" | head -1)"
  last="$(sed -n 's/.* cov: \([0-9]*\).*/\1/p' "$log" | tail -1)"
  echo "$target $spent $executed $first $last" >>"$LEDGER"
}

report() {
  awk '{ if (!($1 in s)) { n[++k] = $1; first[$1] = $4 }
         s[$1] += $2; e[$1] += $3; last[$1] = $5; if ($5 > $4) at[$1] = s[$1] }
       END { printf "%-14s %8s %14s %10s %10s  %s\n", "target", "minutes", "inputs", "coverage", "at first", "last new coverage after"
             for (i = 1; i <= k; ++i) { t = n[i]
               printf "%-14s %8.1f %14d %10d %10d  %.0f min\n", t, s[t] / 60, e[t], last[t], first[t], at[t] / 60 } }' "$LEDGER"
}

# Where sessions share the processor as groups, the idle priority counts within the own session only: the work gets a session of its own,
# and that the lowest share.
in_own_session() {
  setsid "${BASH_SOURCE[0]}" "$@" &
  local inner=$!
  trap 'kill -TERM -- "-$inner" 2>/dev/null || true' INT TERM
  wait "$inner" || true
  while kill -0 "$inner" 2>/dev/null; do wait "$inner" || true; done # a signal ends a wait, not what is waited for
}

mkdir -p "$(dirname "$LEDGER")"
touch "$LEDGER"
case "${1:-}" in
  report) report; exit ;;
  chunk) chunk "$2"; exit ;;
  '' | *[!0-9]*) usage; [[ ${1:-} == --help ]]; exit ;;
esac

minutes=$((10#$1))
shift
if (($# == 0)); then for binary in build/fuzz/bin/fuzz_*; do set -- "$@" "$(basename "$binary")"; done; fi
for target in "$@"; do
  [[ -x build/fuzz/bin/$target ]] || { echo "error: no build/fuzz/bin/$target: cmake --preset fuzz && ninja -C build/fuzz fuzz_all" >&2; exit 1; }
done

if [[ -z ${HOURS_SESSION:-} ]]; then
  HOURS_SESSION=own in_own_session "$minutes" "$@"
  exit
fi
if [[ -w /proc/self/autogroup ]]; then echo 19 >/proc/self/autogroup; fi

while true; do
  due=()
  for target in "$@"; do if (($(seconds_of "$target") < minutes * 60)); then due+=("$target"); fi; done
  ((${#due[@]})) || break
  printf '%s\n' "${due[@]}" | xargs -P "$(nproc)" -n 1 "${BASH_SOURCE[0]}" chunk
  report
done
