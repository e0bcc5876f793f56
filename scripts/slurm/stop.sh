#!/usr/bin/env bash
# Ends the cluster that start.sh FOLDER started, with its jobs, and nothing else: stop.sh FOLDER
set -uo pipefail

folder=$(cd "${1:?usage: stop.sh FOLDER}" && pwd) || exit 2
. "$folder/env.sh"

# ours PID NAME: is that process this daemon of this cluster? A daemon's number may be another process's by now.
ours() {
  [ "$(cat "/proc/$1/comm" 2> /dev/null)" = "$2" ] &&
    cat "/proc/$1/cmdline" "/proc/$1/environ" 2> /dev/null | tr '\0' '\n' | grep -qF "$folder/"
}

# end PID NAME: SIGTERM, and SIGKILL after 10 seconds.
end() {
  local i
  for signal in TERM KILL; do
    for ((i = 0; i < 100; i++)); do
      ours "$1" "$2" || return 0
      ((i > 0)) || kill -s "$signal" "$1" 2> /dev/null
      sleep 0.1
    done
  done
  echo "stop.sh: $2 $1 does not end" >&2
}

end_daemon() {
  local pid
  pid=$(cat "$folder/pid/$1" 2> /dev/null) && end "$pid" "$1"
}

cancel_jobs() {
  timeout 5 squeue --noheader --format %A | sort -u | xargs --no-run-if-empty timeout 10 scancel
  for ((i = 0; i < 150; i++)); do
    [ -n "$(timeout 5 squeue --noheader)" ] || return 0
    sleep 0.1
  done
}

# Processes that jobs left behind: proctrack/linuxproc loses sight of one whose parent has ended.
end_leftovers() {
  for process in /proc/[0-9]*; do
    local environ
    environ=$(cat "$process/environ" 2> /dev/null | tr '\0' '\n')
    if grep -q '^SLURM_JOB_ID=' <<< "$environ" && grep -qxF "SLURM_CONF=$SLURM_CONF" <<< "$environ"; then
      echo "stop.sh: left by a job: $(tr '\0' ' ' < "$process/cmdline")" >&2
      kill -KILL "${process#/proc/}"
    fi
  done
}

cancel_jobs 2> /dev/null
end_daemon slurmd
end_leftovers
for process in /proc/[0-9]*; do end "${process#/proc/}" slurmstepd; done
end_daemon slurmctld
end_daemon munged
find "/sys/fs/cgroup/freezer/slurm_$(hostname -s)" -depth -type d -exec rmdir {} + 2> /dev/null # empty ones only
rm -rf "$folder/pid"
