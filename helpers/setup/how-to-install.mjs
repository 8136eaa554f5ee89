import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const containers = 'or, where a container engine runs: STACK=containers npm run verify';

/**
 * The exact command that installs the missing programs on this machine, with containers as the alternative.
 * @param {readonly import('./programs.mjs').Program[]} missing
 * @returns {string}
 */
export function howToInstall(missing) {
  const names = missing.map(({ name }) => name).join(' ');
  const script = fileURLToPath(new URL('../cli/install.ts', import.meta.url));
  const node = fileURLToPath(new URL('../../node_modules/.bin/node', import.meta.url));
  if (process.platform === 'linux' && existsSync('/usr/bin/apt-get')) {
    const packages = missing.map((program) => program.packages[0]).join(' ');
    return (
      `sudo ${node} ${script} ${names}\n` +
      `  (it runs apt-get install --no-install-recommends ${packages}, which creates no database cluster and starts nothing)\n` +
      `  ${containers}`
    );
  }
  return `the native stack is for Debian and Ubuntu, where apt-get installs its programs; here, ${containers}`;
}
