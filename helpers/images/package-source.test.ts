import { expect, test } from 'vitest';
import { readSettings } from '../settings/settings.ts';
import { findMirror, findPackageSource, readFetchSettings } from './package-source.ts';

test("the mirror is the machine's first source that has Debian's archive", () => {
  const policy = `Package files:
 100 /var/lib/dpkg/status
     release a=now
 500 https://packages.example/node nodistro/main amd64 Packages
 500 http://mirror.example/debian-security bookworm-security/main amd64 Packages
 500 https://mirror.example:8443/pub/debian bookworm/main amd64 Packages
 500 http://deb.debian.org/debian bookworm/main amd64 Packages
`;
  expect(findMirror(policy)).toBe('https://mirror.example:8443/pub/debian');
});

test("a machine with another system has no mirror of Debian's archive", () => {
  expect(findMirror(' 500 http://archive.ubuntu.com/ubuntu noble/main amd64 Packages\n')).toBeUndefined();
});

test('the mirror that DEBIAN_MIRROR names is used as it is', async () => {
  const { mirror } = await findPackageSource(readSettings({ DEBIAN_MIRROR: 'http://127.0.0.1:9/debian' }));
  expect(mirror).toBe('http://127.0.0.1:9/debian');
});

test('settings of how apt fetches files are kept, and settings of which files are not', () => {
  const configuration = `APT "";
Dir "/";
Dir::Etc "etc/apt";
Dir::Etc::netrc "auth.conf";
Dir::Etc::netrcparts "auth.conf.d";
Acquire "";
Acquire::http "";
Acquire::http::Proxy "http://proxy.example:3128";
Acquire::Check-Valid-Until "false";
Acquire::Languages "none";
Acquire::IndexTargets::deb::DEP-11::MetaKey "Components.yml";
DPkg::Post-Invoke:: "rm -f /var/cache/apt/archives/*.deb";
`;
  expect(readFetchSettings(configuration).split('\n')).toEqual([
    'Acquire::http::Proxy "http://proxy.example:3128";',
    'Acquire::Check-Valid-Until "false";',
    'Dir::Etc::netrc "/etc/apt/auth.conf";',
    'Dir::Etc::netrcparts "/etc/apt/auth.conf.d";',
  ]);
});
