#!/bin/sh
# Runs dockerd with its own mounts, so that it leaves nothing on the machine and the machine doesn't disturb it:
#   unshare --mount --pid --fork [--net] dockerd.sh DIRECTORY OPTIONS…
# All its files go to DIRECTORY, an absolute path; the socket is DIRECTORY/docker.sock.
set -eu
directory=$1
shift
if [ -n "${OWN_NETWORK:-}" ]; then
  # Containers reach the DNS server through the gateway of whichever network they are in.
  ip link set lo up
  ip address add "$OWN_NETWORK/32" dev lo
  "$NODE" "$(dirname "$0")/no-names.ts" "$OWN_NETWORK" &
  set -- "$@" --dns "$OWN_NETWORK"
fi
# In a chroot only new mounts can be made private.
mkdir -p "$directory/apart"
mount -t tmpfs tmpfs "$directory/apart"
mount --make-private "$directory/apart"
root=$directory/apart/root
mkdir "$root"
mount --rbind / "$root"
mount --make-rprivate "$root"
mount -t proc proc "$root/proc"
# It holds the sockets of other engines, and often the DNS servers that find a registry.
resolvers=$(cat /etc/resolv.conf)
mount -t tmpfs tmpfs "$root/run"
[ -e "$root/etc/resolv.conf" ] || {
  mkdir -p "$root$(dirname "$(readlink -m /etc/resolv.conf)")"
  echo "$resolvers" >"$root$(readlink -m /etc/resolv.conf)"
}
# dockerd writes a key there, and reads options that are meant for the machine's own engine.
[ ! -d /etc/docker ] || mount -t tmpfs tmpfs "$root/etc/docker"
exec perl "$(dirname "$0")/change-root.pl" "$root" dockerd --host "unix://$directory/docker.sock" \
  --pidfile "$directory/pid" --data-root "$directory/data" --exec-root "$directory/exec" "$@"
