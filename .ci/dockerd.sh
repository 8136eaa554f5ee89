#!/bin/sh
# Runs dockerd among mounts of its own, so that nothing of it stays on the machine and nothing of the machine disturbs it:
#   unshare --mount --propagation private --pid --fork [--net] dockerd.sh DIRECTORY OPTIONS…
# DIRECTORY, which is absolute, gets all its files; the socket is DIRECTORY/docker.sock.
set -eu
directory=$1
shift
# As the default bridge needs it in a network of its own.
[ -z "${OWN_NETWORK:-}" ] || ip link set lo up
mount -t proc proc /proc
# Another engine's sockets are there, and the names of servers by which a registry is found.
names=$(cat /etc/resolv.conf)
mount -t tmpfs tmpfs /run
[ -e /etc/resolv.conf ] || {
  resolv=$(readlink -m /etc/resolv.conf)
  mkdir -p "${resolv%/*}"
  echo "$names" >"$resolv"
}
# It writes a key there, and reads options that are meant for the machine's own engine.
[ ! -d /etc/docker ] || mount -t tmpfs tmpfs /etc/docker
root=/
# pivot_root(2), by which containers get their root, wants the present one to be a mount: that of a chroot is none.
if ! awk '$5 == "/" { found = 1 } END { exit !found }' /proc/self/mountinfo; then
  root=$directory/root
  mkdir "$root"
  mount --rbind / "$root"
fi
exec chroot "$root" dockerd --host "unix://$directory/docker.sock" --pidfile "$directory/pid" \
  --data-root "$directory/data" --exec-root "$directory/exec" "$@"
