# Run by mmdebstrap when packages have been fetched: hands lists and packages to the other builds; $1 is the root directory.
set -eu

for file in "$1"/var/cache/apt/archives/*.deb "$1"/var/lib/apt/lists/*_dists_*; do
  there=$ALLOY_VERIFY_SHARED/${file##*/}
  if [ ! -e "$file" ] || [ -e "$there" ]; then continue; fi
  # Under its name a file is there as a whole or not at all.
  cp --link "$file" "$there.$$" 2>/dev/null || cp "$file" "$there.$$"
  chmod 644 "$there.$$"
  mv "$there.$$" "$there"
done
