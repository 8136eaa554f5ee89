#!/bin/sh
# Runs dockerd among mounts of its own, so that nothing of it stays on the machine and nothing of the machine disturbs it:
#   unshare --mount --pid --fork [--net] dockerd.sh DIRECTORY OPTIONS…
# DIRECTORY, which is absolute, gets all its files; the socket is DIRECTORY/docker.sock.
set -eu
directory=$1
shift
if [ -n "${OWN_NETWORK:-}" ]; then
  # The server of names has an address that containers reach, by the gateway of whichever network they are in.
  ip link set lo up
  ip address add "$OWN_NETWORK/32" dev lo
  "$NODE" "$(dirname "$0")/no-names.ts" "$OWN_NETWORK" &
  set -- "$@" --dns "$OWN_NETWORK"
fi
# In a chroot nothing can be made private but what is mounted anew.
mkdir -p "$directory/apart"
mount -t tmpfs tmpfs "$directory/apart"
mount --make-private "$directory/apart"
root=$directory/apart/root
mkdir "$root"
mount --rbind / "$root"
mount --make-rprivate "$root"
mount -t proc proc "$root/proc"
# Another engine's sockets are there, and the names of servers by which a registry is found.
names=$(cat /etc/resolv.conf)
mount -t tmpfs tmpfs "$root/run"
[ -e "$root/etc/resolv.conf" ] || {
  mkdir -p "$root$(dirname "$(readlink -m /etc/resolv.conf)")"
  echo "$names" >"$root$(readlink -m /etc/resolv.conf)"
}
# It writes a key there, and reads options that are meant for the machine's own engine.
[ ! -d /etc/docker ] || mount -t tmpfs tmpfs "$root/etc/docker"
exec perl "$(dirname "$0")/change-root.pl" "$root" dockerd --host "unix://$directory/docker.sock" \
  --pidfile "$directory/pid" --data-root "$directory/data" --exec-root "$directory/exec" "$@"
