/**
 * `npm run images [-- NAME…]`: builds the images that stand in for the published ones where there is no registry, all of
 * them when none is named, and prints how compose uses them. `--rebuild` fetches Debian's packages again.
 */
import { constants } from 'node:os';
import { parseArgs } from 'node:util';
import { buildImages, type ImageState } from '../images/build.ts';
import { type StandIn, standIns } from '../images/stand-ins.ts';
import { CannotRun } from '../run/cannot-run.ts';
import { type ImageVariable, readSettings } from '../settings/settings.ts';
import { runCommand } from './command.ts';

/** The variables by which the compose file takes another image, by the stand-in that serves. */
const variables: Readonly<Record<StandIn['name'], readonly ImageVariable[]>> = {
  postgres: ['POSTGRES_IMAGE'],
  redis: ['REDIS_IMAGE'],
  rabbitmq: ['RABBITMQ_IMAGE'],
  alloy: ['ALLOY_IMAGE'],
  node: ['API_IMAGE', 'BOT_IMAGE', 'NOTIFICATION_DAEMON_IMAGE', 'STATUS_TRANSITION_DAEMON_IMAGE'],
};

const ended = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    process.exitCode = 128 + constants.signals[signal];
    ended.abort(new Error(signal));
  });
}

await runCommand(async () => {
  try {
    return await main();
  } catch (error) {
    if (!ended.signal.aborted || error !== ended.signal.reason) throw error;
    process.stderr.write('Ended; nothing is left of what was being built.\n');
    return undefined;
  }
});

async function main(): Promise<number> {
  const { chosen, rebuild } = readArguments();
  await buildImages(chosen, {
    settings: readSettings(),
    signal: ended.signal,
    rebuild,
    building: (some) => {
      const names = some.map(({ image }) => image).join(', ');
      process.stdout.write(`Building ${names}: a minute or two where Debian's packages are to be fetched …\n`);
    },
    done: (state) => void process.stdout.write(`${formatState(state)}\n`),
  });
  const ordered = ['postgres', 'redis', 'rabbitmq', 'alloy', 'node'].flatMap(
    (name) => chosen.find((standIn) => standIn.name === name) ?? [],
  );
  const lines = ordered.flatMap(({ name, image }) => variables[name].map((variable) => `${variable}=${image}`));
  process.stdout.write(`\nA run with containers uses them by itself, and docker compose with these lines in .env:\n`);
  process.stdout.write(`${lines.join('\n')}\n`);
  return 0;
}

function readArguments(): { chosen: readonly StandIn[]; rebuild: boolean } {
  const known = standIns.map(({ name }) => name);
  try {
    const { positionals, values } = parseArgs({
      allowPositionals: true,
      options: { rebuild: { type: 'boolean', default: false } },
    });
    const unknown = positionals.filter((name) => !known.some((other) => other === name));
    if (unknown.length > 0) throw new Error(`no stand-in for ${unknown.join(', ')}`);
    const chosen = standIns.filter(({ name }) => positionals.length === 0 || positionals.includes(name));
    return { chosen, rebuild: values.rebuild };
  } catch (error) {
    throw new CannotRun(
      `${error instanceof Error ? error.message : error}.`,
      `npm run images [-- [--rebuild] ${known.join('|')} …]`,
    );
  }
}

function formatState({ standIn, version, embedded, size, builtInMs }: ImageState): string {
  const title = embedded ? 'embedded Alloy, not Grafana Alloy' : `${standIn.title} ${version}`;
  const how = builtInMs === undefined ? 'up to date' : `built in ${Math.round(builtInMs / 1000)} s`;
  return `${standIn.image.padEnd(18)}  ${title.padEnd(33)}  ${how.padEnd(14)}  ${Math.round(size / 1e6)} MB`;
}
