# shellcheck shell=bash
# One embedded system for the script that sources this: started, stopped, and gone when the script ends. RECADO is the program.
FOLDER='' UP=0

start() { # start [arguments of recado up]
  FOLDER="$(mktemp -d /tmp/recado-bench-XXXXXX)"
  start_again "$@"
}
start_again() { # upon the same data
  rm -f "$FOLDER/info.json"
  "$RECADO" up --data "$FOLDER/data" --port 0 --info "$FOLDER/info.json" "$@" >"$FOLDER/up.log" 2>&1 &
  UP=$!
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
trap 'exit 130' INT
trap 'exit 143' TERM

# What `recado up` wrote of the first node: pid or url.
of_node() { sed -n "/\"nodes\"/,/\]/s/.*\"$1\": *\"\{0,1\}\([^\",]*\).*/\1/p" "$FOLDER/info.json" | head -1; }
