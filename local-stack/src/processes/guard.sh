# Runs a command and ends it when it is asked to, or when the stack's own process is gone, however that ended.
# Descriptor 3 is a pipe that only the stack's process holds: a line on it asks, end of file means that it is gone.
#
# usage: sh -c '<this text>' guard <stop signal> <command> [argument]...
signal=$1
shift
"$@" 3<&- &
command=$!
(
  trap '' INT TERM HUP QUIT
  exec >/dev/null 2>&1
  if read -r _ <&3; then
    kill -s "$signal" $command
    # Whoever asked waits and uses force in the end; but it may be killed while it waits.
    read -r _ <&3
  fi
  # From here on nobody else looks after the command and what it started: all of them share a process group.
  kill -s KILL $$
  kill -s "$signal" $command
  tries=0
  while [ $tries -lt 50 ] && kill -0 $command; do
    sleep 0.1 || sleep 1
    tries=$((tries + 1))
  done
  kill -s KILL 0
) &
watcher=$!
exec 3<&-
wait $command
code=$?
kill -s KILL $watcher
wait $watcher 2>/dev/null
exit $code
