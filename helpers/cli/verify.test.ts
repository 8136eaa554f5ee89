import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ROOT } from '../settings/settings.ts';

function verify(args: readonly string[], environment: Record<string, string>) {
  const env = { PATH: process.env.PATH, HOME: process.env.HOME, ...environment };
  return spawnSync(process.execPath, [join(ROOT, 'helpers/cli/verify.ts'), ...args], { env, encoding: 'utf8' });
}

describe('what can’t be run ends with exit code 2, what is wrong, and no stack trace', () => {
  test.each([
    ['a phase that there is not', ['phase9'], {}, 'There is no phase9. The phases are: phase1, '],
    [
      'settings that can’t be used',
      ['phase1'],
      { STACK: 'moon', BACKEND: 'sun' },
      "These settings can't be used:\n  STACK: ",
    ],
    [
      'containers without an engine',
      ['phase1'],
      { STACK: 'containers', DOCKER_HOST: 'unix:///no/such/docker.sock' },
      'Cannot run: a stack of containers needs a Docker engine: no engine answers at unix:///no/such/docker.sock.\nTo do: ',
    ],
    [
      'containers, and a part that runs already',
      ['phase2'],
      { STACK: 'containers', DATABASE_URL: 'postgresql://u:hunter2@h/x' },
      'Cannot run: a stack of containers has all parts, and a variable names one that runs already.\nTo do: ',
    ],
    [
      'a world that is not built',
      ['phase1'],
      { BACKEND: 'lgtm' },
      'Cannot run: BACKEND=lgtm is not built yet.\nTo do: ',
    ],
    [
      'a URL of another kind',
      ['phase4'],
      { DATABASE_URL: 'mysql://u:hunter2@h/x' },
      'Cannot run: DATABASE_URL is not a URL',
    ],
    [
      'a stack that is not named',
      ['phase1'],
      { STACK: 'external' },
      'Cannot run: STACK=external needs an Alloy.\nTo do: set ALLOY_URL',
    ],
    [
      'an Alloy that is not there',
      ['phase1'],
      { ALLOY_BIN: '/no/such/alloy' },
      'Cannot run: ALLOY_BIN is /no/such/alloy',
    ],
  ])('%s', (_, args, environment, message) => {
    const { status, stderr } = verify(args, environment);
    expect(stderr.startsWith(message), stderr).toBe(true);
    expect(stderr).not.toMatch(/\n\s+at /);
    expect(stderr).not.toContain('hunter2');
    expect(status).toBe(2);
  });
});
