import { existsSync } from 'node:fs';
import { chmod, mkdir, readdir, readFile, rename, rm, rmdir, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { $ } from 'zx';
import { listInstalledPackages } from './apt.ts';
import { startTicks } from './lock.mjs';
import { installationMark } from './programs.mjs';

const policy = '/usr/sbin/policy-rc.d';
const setAside = '/usr/sbin/policy-rc.d.before-alloy-verify';
const mark = '# alloy-verify:';

/**
 * Runs an installation so that its packages start no service, enable none and make no database cluster: by the policy
 * layer of invoke-rc.d (Debian's policy-rc.d specification), a drop-in for pg_createcluster(8), and by disabling what
 * the new packages enabled. Policy and drop-in are as they were afterwards; what a killed installation leaves of them
 * is without effect, and put right by the next.
 */
export async function withServicesOff<T>(install: () => Promise<T>): Promise<T> {
  await restorePolicy();
  await using cleanup = new AsyncDisposableStack();
  await mkdir(dirname(installationMark), { recursive: true });
  cleanup.defer(async () => {
    await rm(installationMark, { force: true });
    // Somebody's own drop-ins keep it.
    await rmdir(dirname(installationMark)).catch(() => {});
  });
  await writeFile(installationMark, 'create_main_cluster = false\n');
  cleanup.defer(restorePolicy);
  if (existsSync(policy)) await rename(policy, setAside);
  await writeFile(policy, policyScript());
  await chmod(policy, 0o755);

  const before = await listInstalledPackages();
  cleanup.defer(async () => {
    const after = await listInstalledPackages();
    await disableServices([...after].filter((name) => !before.has(name)));
  });
  return await install();
}

/** Denies while the installing process lives; after that the policy that stood there before decides. */
function policyScript(): string {
  return `#!/bin/sh
${mark} no service starts while the programs of its stack are being installed
case $(cat /proc/${process.pid}/stat 2>/dev/null) in *' ${startTicks(process.pid)} '*) exit 101 ;; esac
if [ -x ${setAside} ]; then exec ${setAside} "$@"; fi
`;
}

async function restorePolicy(): Promise<void> {
  const script = await readFile(policy, 'utf8').catch(() => '');
  if (script.includes(mark)) await rm(policy);
  if (existsSync(setAside) && !existsSync(policy)) await rename(setAside, policy);
}

/** Packages enable their units and init scripts themselves, with no policy to ask: taken back right after. */
async function disableServices(packages: readonly string[]): Promise<void> {
  if (packages.length === 0) return;
  const quiet = $({ quiet: true, nothrow: true });
  const files = (await quiet`dpkg-query --listfiles ${[...packages]}`).stdout.split('\n');
  for (const script of files.filter((file) => file.startsWith('/etc/init.d/'))) {
    await quiet`update-rc.d ${basename(script)} disable`;
  }
  const units = files
    .filter((file) => /\/lib\/systemd\/system\/[^/@]+\.(?:service|socket|timer)$/.test(file))
    .map((file) => basename(file));
  if (units.length === 0) return;
  if (existsSync('/usr/bin/systemctl')) await quiet`systemctl --quiet disable ${units}`;
  else await removeLinks(new Set(units));
}

/** What `systemctl disable` does, on a machine whose services systemd does not run yet. */
async function removeLinks(units: ReadonlySet<string>): Promise<void> {
  const entries = await readdir('/etc/systemd/system', { recursive: true, withFileTypes: true }).catch(() => []);
  for (const entry of entries) {
    if (entry.isSymbolicLink() && units.has(entry.name)) await rm(join(entry.parentPath, entry.name));
  }
}
