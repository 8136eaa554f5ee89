# mmdebstrap runs this when all packages are installed; $1 is the root directory of the new system.
set -eu

if [ -n "$ALLOY_VERIFY_VERSIONED" ]; then
  chroot "$1" dpkg-query --show --showformat='${Version}' "$ALLOY_VERIFY_VERSIONED" >"$ALLOY_VERIFY_SHARED/$ALLOY_VERIFY_NAME.version"
fi

rm -f "$1/etc/apt/apt.conf.d/05alloy-verify" "$1/etc/apt/sources.list" "$1/etc/dpkg/dpkg.cfg.d/05alloy-verify"
rm -f "$1/etc/postgresql-common/createcluster.d/alloy-verify.conf"
# The first packages were unpacked before dpkg had its exclusions.
for folder in doc doc-base info lintian locale man; do
  rm -rf "$1/usr/share/$folder"
done
rm -rf "$1"/var/log/* "$1"/var/cache/debconf/*-old "$1"/var/lib/dpkg/*-old

printf '%s\n' "$ALLOY_VERIFY_FINISH" | chroot "$1" sh -eu
