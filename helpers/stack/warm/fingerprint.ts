import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { listServiceTelemetry } from '../../settings/service-telemetry.ts';
import { ROOT } from '../../settings/settings.ts';
import type { ContainersPlan, NativePlan } from '../plan.ts';

/** What decides how a stack behaves: a run can use one that is described alike. */
export type StackDescription = {
  /** A digest of the settings, the configuration, the programs and the project's own code. */
  readonly fingerprint: string;
  /** The engine's IDs of the images, by container: a run may need fewer of them than a stack has. None without containers. */
  readonly images: Readonly<Record<string, string>>;
};

/** What runs in a stack's processes beside the operating system's programs, by its path in the project. */
export const CODE: readonly string[] = [
  'package-lock.json',
  'docker-compose.test.yml',
  'helpers/embedded-alloy',
  'helpers/lgtm-gateway',
  'helpers/mock-cloud',
  'helpers/otlp',
  'helpers/stack',
  'helpers/tls',
  'fixtures',
];

/** Describes the stack that a plan would start. */
export function describeStack(plan: NativePlan | ContainersPlan): StackDescription {
  const { alloyConfig, intervals, dlqCheckIntervalSeconds, cloud, existing, telemetry, inherited } = plan.settings;
  const made =
    plan.stack === 'native'
      ? [plan.alloy, process.version, describeFile(plan.alloy.command[0])]
      : [plan.engine.address];
  const read = Object.entries(inherited.pick(plan.configuration.variables)).sort();
  const backend = [plan.backend, plan.access, plan.gateway, cloud];
  const settings = [
    alloyConfig,
    backend,
    intervals,
    dlqCheckIntervalSeconds,
    existing,
    listServiceTelemetry(telemetry, ''),
  ];
  const hash = createHash('sha256');
  hash.update(JSON.stringify([settings, readFileSync(alloyConfig, 'utf8'), read, plan.stack, made]));
  for (const path of CODE)
    for (const file of listFiles(join(ROOT, path))) hash.update(`${file} ${describeFile(file)}\n`);
  const images = plan.stack === 'native' ? [] : [...plan.images];
  return {
    fingerprint: hash.digest('hex'),
    images: Object.fromEntries(images.flatMap(([name, look]) => ('found' in look ? [[name, look.found.id]] : []))),
  };
}

function listFiles(path: string): string[] {
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.includes('.test.'))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

function describeFile(path: string): string {
  const { size, mtimeMs } = statSync(path);
  return `${size} ${mtimeMs}`;
}
