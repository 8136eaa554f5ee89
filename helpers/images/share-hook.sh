# mmdebstrap runs this when packages have been fetched: shares lists and packages with other builds; $1 is the root directory.
set -eu

for file in "$1"/var/cache/apt/archives/*.deb "$1"/var/lib/apt/lists/*_dists_*; do
  there=$ALLOY_VERIFY_SHARED/${file##*/}
  if [ ! -e "$file" ] || [ -e "$there" ]; then continue; fi
  # Renaming makes a file appear only when it is complete.
  cp --link "$file" "$there.$ALLOY_VERIFY_NAME" 2>/dev/null || cp "$file" "$there.$ALLOY_VERIFY_NAME"
  chmod 644 "$there.$ALLOY_VERIFY_NAME"
  mv "$there.$ALLOY_VERIFY_NAME" "$there"
done
