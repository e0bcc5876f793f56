#!/usr/bin/env bash
# Starts a Slurm cluster of one node, this machine, for tests: start.sh FOLDER [linuxproc|cgroup]
# Everything but Debian's packages lies under FOLDER; source FOLDER/env.sh to use it, stop.sh FOLDER ends it. The second
# argument is how Slurm tracks a job's processes, and so whom it signals: most real clusters have cgroup.
set -euo pipefail
umask 022 # the daemons refuse folders that others may write to

folder=${1:?usage: start.sh FOLDER [linuxproc|cgroup]}
tracking=${2:-linuxproc}
cpus=8 # more than the machine may have, so that the tasks of a test run at once
gpus=2 # pretended
node=$(hostname -s)

die() {
  echo "start.sh: $*" >&2
  exit 1
}

install_packages() {
  command -v slurmctld slurmd munged sbatch > /dev/null && return
  [ "$(id -u)" = 0 ] || die "Slurm is not installed, and only root can install it (apt-get install slurm-wlm munge)"
  local install=(apt-get -o DPkg::Lock::Timeout=120 install -y -q --no-install-recommends slurm-wlm munge)
  export DEBIAN_FRONTEND=noninteractive
  "${install[@]}" || { apt-get update -q && "${install[@]}"; } || die "apt-get can't install slurm-wlm and munge"
} >&2

make_folders() {
  [ ! -e "$folder/pid" ] || die "$folder holds a cluster already; run stop.sh $folder"
  mkdir -p "$folder"/{etc,state,spool,log,pid,dev,munge}
  folder=$(cd "$folder" && pwd)
  chmod 755 "$folder"
  chmod 711 "$folder/munge" # everybody reaches the socket, nobody else lists the key
}

# munge tells Slurm's daemons and commands who calls. A key and a socket of its own leave a system's munged alone.
start_munge() {
  (umask 077 && head -c 1024 /dev/urandom > "$folder/munge/key")
  munged --key-file="$folder/munge/key" --socket="$folder/munge/socket" --seed-file="$folder/munge/seed" \
    --pid-file="$folder/pid/munged" --log-file="$folder/log/munged.log" --num-threads=2
}

# Slurm sets CUDA_VISIBLE_DEVICES only for devices with a character device each: these are other names of /dev/null.
write_gpus() {
  for ((i = 0; i < gpus; i++)); do
    mknod -m 666 "$folder/dev/gpu$i" c 1 3
    echo "NodeName=$node Name=gpu File=$folder/dev/gpu$i"
  done > "$folder/etc/gres.conf"
}

write_cgroup() {
  printf '%s\n' CgroupPlugin=cgroup/v1 CgroupMountpoint=/sys/fs/cgroup CgroupAutomount=no > "$folder/etc/cgroup.conf"
}

free_port() {
  node -e 'const s = require("net").createServer().listen(0, "127.0.0.1", () => { console.log(s.address().port); s.close(); })'
}

# Daemons listen on 127.0.0.1 alone. cred_expire: seconds that a requeued job waits, and 120 where it is below 5. KillWait:
# seconds from SIGTERM to SIGKILL. config_overrides: believe the number of cpus.
write_conf() {
  cat > "$folder/etc/slurm.conf" << CONF
ClusterName=test
SlurmctldHost=$node(127.0.0.1)
SlurmctldPort=$(free_port)
SlurmdPort=$(free_port)
CommunicationParameters=NoInAddrAny,NoCtldInAddrAny
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket=$folder/munge/socket,cred_expire=5
CredType=cred/munge
StateSaveLocation=$folder/state
SlurmdSpoolDir=$folder/spool
SlurmctldPidFile=$folder/pid/slurmctld
SlurmdPidFile=$folder/pid/slurmd
SlurmctldLogFile=$folder/log/slurmctld.log
SlurmdLogFile=$folder/log/slurmd.log
ProctrackType=proctrack/$tracking
TaskPlugin=task/none
SwitchType=switch/none
MpiDefault=none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SchedulerParameters=batch_sched_delay=0,sched_interval=1,sched_min_interval=0,bf_interval=1
SlurmdParameters=config_overrides
ReturnToService=2
KillWait=5
MailProg=/bin/true
GresTypes=gpu
NodeName=$node NodeAddr=127.0.0.1 CPUs=$cpus Gres=gpu:$gpus State=UNKNOWN
PartitionName=batch Nodes=$node Default=YES MaxTime=INFINITE State=UP
CONF
  printf 'export SLURM_CONF=%q\n' "$folder/etc/slurm.conf" > "$folder/env.sh"
}

start_daemons() {
  . "$folder/env.sh"
  slurmctld < /dev/null
  slurmd -N "$node" < /dev/null
  local end=$((SECONDS + 60))
  until [ "$(sinfo --noheader --format %T)" = idle ]; do
    ((SECONDS < end)) || { tail -n 20 "$folder"/log/*.log >&2; die "the node is not idle after a minute"; }
    sleep 0.1
  done
}

[ "$tracking" != cgroup ] || [ -w /sys/fs/cgroup/freezer/cgroup.procs ] || die "cgroup needs the freezer of cgroup v1"
install_packages
make_folders
start_munge
write_gpus
[ "$tracking" != cgroup ] || write_cgroup
write_conf
start_daemons
