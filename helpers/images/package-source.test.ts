import { expect, test } from 'vitest';
import { readSettings } from '../settings/settings.ts';
import { mirrorOf, packageSource, waysOf } from './package-source.ts';

test("the mirror is the first of the machine's own that has Debian's archive", () => {
  const policy = `Package files:
 100 /var/lib/dpkg/status
     release a=now
 500 https://packages.example/node nodistro/main amd64 Packages
 500 http://mirror.example/debian-security bookworm-security/main amd64 Packages
 500 https://mirror.example:8443/pub/debian bookworm/main amd64 Packages
 500 http://deb.debian.org/debian bookworm/main amd64 Packages
`;
  expect(mirrorOf(policy)).toBe('https://mirror.example:8443/pub/debian');
});

test("a machine of another system has no mirror of Debian's archive", () => {
  expect(mirrorOf(' 500 http://archive.ubuntu.com/ubuntu noble/main amd64 Packages\n')).toBeUndefined();
});

test('the mirror that DEBIAN_MIRROR names is used as it is', async () => {
  const { mirror } = await packageSource(readSettings({ DEBIAN_MIRROR: 'http://127.0.0.1:9/debian' }));
  expect(mirror).toBe('http://127.0.0.1:9/debian');
});

test("apt's ways to its mirrors are kept, and which files it fetches is not", () => {
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
  expect(waysOf(configuration).split('\n')).toEqual([
    'Acquire::http::Proxy "http://proxy.example:3128";',
    'Acquire::Check-Valid-Until "false";',
    'Dir::Etc::netrc "/etc/apt/auth.conf";',
    'Dir::Etc::netrcparts "/etc/apt/auth.conf.d";',
  ]);
});
