import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { makeRabbitmqHome } from './rabbitmq-home.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'rabbitmq-home-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

function install(plugins: Readonly<Record<string, string>>): string {
  const scripts = join(directory, 'installed/sbin');
  mkdirSync(scripts, { recursive: true });
  writeFileSync(join(scripts, 'rabbitmq-server'), '');
  for (const [application, needs] of Object.entries(plugins)) {
    const ebin = join(directory, 'installed/plugins', `${application}-3.10.8`, 'ebin');
    mkdirSync(ebin, { recursive: true });
    const resource = `{application, ${application}, [{vsn, "1"}, {applications, [kernel,\n stdlib, ${needs}]}]}.`;
    writeFileSync(join(ebin, `${application}.app`), resource);
  }
  return join(scripts, 'rabbitmq-server');
}

test('the view has the enabled plugins, what they need, and no others', () => {
  const script = install({
    rabbit: 'ra',
    ra: 'kernel',
    rabbitmq_prelaunch: 'kernel',
    rabbitmq_prometheus: 'cowboy',
    cowboy: 'cowlib',
    cowlib: 'kernel',
    rabbitmq_mqtt: 'rabbit',
  });
  const home = makeRabbitmqHome(script, ['rabbitmq_prometheus'], directory);
  const names = readdirSync(home.environment.RABBITMQ_PLUGINS_DIR ?? '').map((name) => name.split('-')[0]);
  expect(names.sort()).toEqual(['cowboy', 'cowlib', 'ra', 'rabbit', 'rabbitmq_prelaunch', 'rabbitmq_prometheus']);
  expect(readdirSync(home.environment.RABBITMQ_SCRIPTS_DIR ?? '')).toEqual(['rabbitmq-server']);
});

test('an installation without the plugin is run as it is, so that RabbitMQ itself reports what is missing', () => {
  const script = install({ rabbit: 'kernel', rabbitmq_prelaunch: 'kernel' });
  expect(makeRabbitmqHome(script, ['rabbitmq_prometheus'], directory)).toEqual({ script, environment: {} });
});
