# mmdebstrap runs this before it fetches the package lists; $1 is the root directory of the new system.
set -eu

# The machine's proxies, certificates and credentials. The customize hook removes them.
printf '%s\n' "$ALLOY_VERIFY_APT" >"$1/etc/apt/apt.conf.d/05alloy-verify"

mkdir -p "$1/etc/dpkg/dpkg.cfg.d"
{
  # A build that is interrupted by a crash is useless anyway.
  echo force-unsafe-io
  echo 'path-exclude=/usr/share/doc/*'
  echo 'path-exclude=/usr/share/doc-base/*'
  echo 'path-exclude=/usr/share/info/*'
  echo 'path-exclude=/usr/share/lintian/*'
  echo 'path-exclude=/usr/share/locale/*'
  echo 'path-exclude=/usr/share/man/*'
  printf '%s\n' "$ALLOY_VERIFY_WITHOUT" | sed -n 's/^./path-exclude=&/p'
} >"$1/etc/dpkg/dpkg.cfg.d/05alloy-verify"

# PostgreSQL's packages would create a database cluster.
mkdir -p "$1/etc/postgresql-common/createcluster.d"
echo 'create_main_cluster = false' >"$1/etc/postgresql-common/createcluster.d/alloy-verify.conf"

# What another build has already fetched; apt checks whether it is current.
mkdir -p "$1/var/cache/apt/archives" "$1/var/lib/apt/lists"
for file in "$ALLOY_VERIFY_SHARED"/*.deb; do
  if [ -e "$file" ]; then cp --link "$file" "$1/var/cache/apt/archives/" 2>/dev/null || cp "$file" "$1/var/cache/apt/archives/"; fi
done
for file in "$ALLOY_VERIFY_SHARED"/*_dists_*; do
  if [ -e "$file" ]; then cp "$file" "$1/var/lib/apt/lists/"; fi
done
