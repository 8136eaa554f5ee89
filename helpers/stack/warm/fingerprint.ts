import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT, type Settings } from '../../settings/settings.ts';
import type { ChosenWorld } from '../choose.ts';

/** What runs in a stack's processes beside the operating system's programs. */
const code = [
  'package-lock.json',
  'docker-compose.test.yml',
  'helpers/embedded-alloy',
  'helpers/mock-cloud',
  'helpers/otlp',
  'helpers/stack',
  'fixtures',
];

/**
 * A digest of all that decides how a stack with these settings behaves: the settings, the configuration and the variables
 * that it reads, the programs and the project's own code. A stack started with another one is not the stack asked for. The images of containers
 * are not in it: a run may need fewer than a stack has.
 */
export function fingerprintOf(
  { stack: _, alloy: __, ...settings }: Settings,
  world: ChosenWorld,
  environment: Readonly<Record<string, string | undefined>>,
): string {
  const configuration = readFileSync(settings.alloyConfig, 'utf8');
  const names = new Set([...configuration.matchAll(/\benv\(\s*"([^"]+)"/g)].map(([, name]) => name ?? ''));
  const variables = [...names].map((name) => [name, environment[name] ?? null]);
  const hash = createHash('sha256');
  const made =
    world.stack === 'native' ? [world.program, process.version, stampOf(world.program.command[0])] : [world.engine.at];
  hash.update(JSON.stringify([settings, configuration, variables, world.stack, made]));
  for (const path of code) for (const file of filesBelow(join(ROOT, path))) hash.update(`${file} ${stampOf(file)}\n`);
  return hash.digest('hex');
}

function filesBelow(path: string): string[] {
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.includes('.test.'))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

function stampOf(path: string): string {
  const { size, mtimeMs } = statSync(path);
  return `${size} ${mtimeMs}`;
}
