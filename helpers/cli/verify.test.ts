import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempDisposableSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ROOT } from '../settings/settings.ts';
import { runScript } from './testing/commands.ts';

function verify(args: readonly string[], environment: Record<string, string>) {
  const env = { PATH: process.env.PATH, HOME: process.env.HOME, ...environment };
  return spawnSync(process.execPath, [join(ROOT, 'helpers/cli/verify.ts'), ...args], { env, encoding: 'utf8' });
}

describe('what can’t be run ends with exit code 2, what is wrong, and no stack trace', () => {
  test.each([
    [
      'an unknown phase or criterion',
      ['phase9', 'phase1', 'P1.99'],
      {},
      'Cannot run: no phase and no criterion is called phase9, P1.99.\nFix: name phases, phase1 to phase7, or criteria',
    ],
    [
      'settings that can’t be used',
      ['phase1'],
      { STACK: 'moon', BACKEND: 'sun' },
      'Cannot run: these settings are not valid:\n  STACK: ',
    ],
    [
      'containers without an engine',
      ['phase1'],
      { STACK: 'containers', DOCKER_HOST: 'unix:///no/such/docker.sock' },
      'Cannot run: STACK=containers, and no container engine answers at unix:///no/such/docker.sock.\nFix: ',
    ],
    [
      'containers, and a part that already runs',
      ['phase2'],
      { STACK: 'containers', DATABASE_URL: 'postgresql://u:hunter2@h/x' },
      'Cannot run: a stack of containers (STACK=containers) starts all of its parts, and DATABASE_URL names what already runs.\nFix: ',
    ],
    [
      'a backend of which too little is known',
      ['phase1'],
      { BACKEND: 'lgtm', LOKI_URL: 'http://l' },
      'Cannot run: BACKEND=lgtm needs a Tempo, a Prometheus and a Loki, and TEMPO_URL, PROMETHEUS_URL are not set.\nFix: set TEMPO_URL',
    ],
    [
      'a backend in a container, without containers',
      ['phase1'],
      { BACKEND: 'lgtm', STACK: 'native' },
      'Cannot run: BACKEND=lgtm starts grafana/otel-lgtm in a container, and STACK=native has none.\nFix: unset STACK, or set TEMPO_URL',
    ],
    [
      'a URL of another kind',
      ['phase4'],
      { DATABASE_URL: 'mysql://u:hunter2@h/x' },
      'Cannot run: these settings are not valid:\n  DATABASE_URL: it is not a URL',
    ],
    [
      'a stack that is not named',
      ['phase1'],
      { STACK: 'external' },
      'Cannot run: STACK=external needs an Alloy.\nFix: set ALLOY_URL',
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

test.each(['verify.ts', 'stack-up.ts', 'stack-down.ts'])(
  '%s refuses a temporary directory that is not there, and does not make it',
  async (script) => {
    using temporary = mkdtempDisposableSync(join(tmpdir(), 'verify-'));
    const missing = join(temporary.path, 'missing');
    const environment = { STACK: 'native', ALLOY: 'embedded', TMPDIR: missing };
    const { exit, stderr } = await runScript(script, script === 'verify.ts' ? ['P1.1'] : [], environment, ROOT);
    expect(stderr).toContain(`Cannot run: the temporary directory ${missing} is not a directory.\nFix: set TMPDIR to `);
    expect(stderr).not.toMatch(/\n\s+at /);
    expect(exit).toBe(2);
    expect(existsSync(missing)).toBe(false);
  },
);
