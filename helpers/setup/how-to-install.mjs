import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const containers = 'or, where a Docker engine runs: STACK=containers npm run verify';

/**
 * The exact command that brings the missing programs onto this machine, with the containers as the alternative.
 * @param {readonly import('./programs.mjs').Program[]} missing
 * @returns {string}
 */
export function howToInstall(missing) {
  const names = missing.map(({ name }) => name).join(' ');
  const script = fileURLToPath(new URL('packages.ts', import.meta.url));
  const node = fileURLToPath(new URL('../../node_modules/.bin/node', import.meta.url));
  if (process.platform === 'linux' && existsSync('/usr/bin/apt-get')) {
    const packages = missing.map((program) => program.packages[0]).join(' ');
    return (
      `sudo ${node} ${script} ${names}\n` +
      `  (it runs apt-get install --no-install-recommends ${packages}, with no database cluster made and no service started)\n` +
      `  ${containers}`
    );
  }
  return `the native stack is for Debian and Ubuntu, where apt-get brings its programs; here, ${containers}`;
}
