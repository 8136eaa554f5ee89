#!/bin/sh
# watchdog.sh DIRECTORY COMMAND…: waits until its standard input ends, which is when the runner closes it or is gone,
# however it went; then ends every process of the run whose directory that is, runs COMMAND where DIRECTORY/containers
# says that the run has something in a container engine, and removes the directory.
#
# A process is the run's if one of these holds (none of them can be true of a process that merely got the number of one
# that ended):
# - DIRECTORY/processes names it, with the time at which it started (the leaders of the parts' sessions);
# - its parent or its session's leader is the run's;
# - its environment names the directory;
# - it works in the directory and has overwritten its environment (PostgreSQL and Redis do, for their titles);
# - its title names the run (PostgreSQL's backends, through cluster_name), which is legible where root lacks
#   CAP_SYS_PTRACE and so can't see another user's environment.

directory=$1
shift
run=${directory##*/}

named_by_environment() {
  grep -lszxF "ALLOY_VERIFY_RUN=$directory" /proc/[0-9]*/environ
}

named_by_title() {
  grep -lsz "^postgres: $run: " /proc/[0-9]*/cmdline
}

working_inside() {
  find /proc/[0-9]*/cwd -maxdepth 0 -lname "$directory/*" 2>/dev/null | while IFS=/ read -r _ _ pid _; do
    grep -qsz '^PATH=' "/proc/$pid/environ" || echo "/proc/$pid/cwd"
  done
}

# Prints the numbers of the run's processes that have not ended.
victims() {
  {
    while read -r pid started; do echo "leader $pid $started"; done < "$directory/processes"
    { named_by_environment; named_by_title; working_inside; } | while IFS=/ read -r _ _ pid _; do echo "member $pid"; done
    cat /proc/[0-9]*/stat
  } 2>/dev/null | awk -v self=$$ '
    $1 == "leader" { started[$2] = $3; next }
    $1 == "member" { ours[$2] = 1; next }
    {
      pid = $1
      sub(/^.*\) /, "")
      state[pid] = $1; parent[pid] = $2; session[pid] = $4; start[pid] = $20
    }
    END {
      for (pid in started) if (!(pid in start) || start[pid] == started[pid]) leads[pid] = 1
      do {
        grown = 0
        for (pid in start) {
          if (pid in ours || pid == self) continue
          if ((pid in leads) || (session[pid] in leads) || (parent[pid] in ours)) { ours[pid] = 1; grown = 1 }
        }
      } while (grown)
      for (pid in ours) if (pid in start && pid != self && state[pid] != "Z") print pid
    }'
}

# Removes the shared memory of a PostgreSQL that was killed: line 7 of postmaster.pid is "KEY ID" (PostgreSQL source, pidfile.h).
remove_shared_memory() {
  for file in "$directory"/*/data/postmaster.pid; do
    sed -n '7s/^ *[0-9][0-9]* *\([0-9][0-9]*\).*/\1/p' "$file" 2>/dev/null | while read -r id; do
      ipcrm -m "$id" 2>/dev/null
    done
  done
}

main() {
  trap '' HUP INT TERM
  while read -r _; do :; done
  attempts=0
  while [ "$attempts" -lt 100 ]; do
    pids=$(victims)
    [ -n "$pids" ] || break
    # shellcheck disable=SC2086
    kill -KILL $pids 2>/dev/null
    attempts=$((attempts + 1))
    sleep 0.02
  done
  remove_shared_memory
  [ ! -e "$directory/containers" ] || "$@" > /dev/null 2>&1
  rm -rf -- "$directory"
}

main "$@"
exit
