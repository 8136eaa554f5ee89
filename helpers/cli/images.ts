/**
 * `npm run images [-- NAME…]`: builds the images that stand in for the published ones where there is no registry, all of
 * them when none is named, and prints how compose uses them. `--rebuild` fetches Debian's packages again.
 */
import { constants } from 'node:os';
import { buildImages, type ImageState } from '../images/build.ts';
import { type StandIn, standIns } from '../images/stand-ins.ts';
import { CannotRun } from '../run/cannot-run.ts';
import { type ImageVariable, readSettings } from '../settings/settings.ts';
import { type CommandLine, runCommand } from './command.ts';

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

const known = standIns.map(({ name }) => name);
const usage = `npm run images [-- [--rebuild] NAME …]

Builds the images that stand in for the published ones where there is no registry: ${known.join(', ')}.
--rebuild builds them even if they are up to date, with the packages that Debian has now.`;

await runCommand({ usage, takesNames: true, flags: ['rebuild'] }, async (line) => {
  try {
    return await main(line);
  } catch (error) {
    if (!ended.signal.aborted || error !== ended.signal.reason) throw error;
    process.stderr.write('Ended; nothing is left of what was being built.\n');
    return undefined;
  }
});

async function main({ names, flags }: CommandLine): Promise<number> {
  const unknown = names.filter((name) => !known.some((other) => other === name));
  if (unknown.length > 0)
    throw new CannotRun(`no stand-in for ${unknown.join(', ')}.`, `name one of ${known.join(', ')}.`);
  const chosen = standIns.filter(({ name }) => names.length === 0 || names.includes(name));
  await buildImages(chosen, {
    settings: readSettings(),
    signal: ended.signal,
    rebuild: flags.has('rebuild'),
    building: (some) => {
      const names = some.map(({ image }) => image).join(', ');
      process.stdout.write(`Building ${names}: a minute or two where Debian's packages have to be fetched …\n`);
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

function formatState({ standIn, version, embedded, size, builtInMs }: ImageState): string {
  const title = embedded ? 'embedded Alloy, not Grafana Alloy' : `${standIn.title} ${version}`;
  const how = builtInMs === undefined ? 'up to date' : `built in ${Math.round(builtInMs / 1000)} s`;
  return `${standIn.image.padEnd(18)}  ${title.padEnd(33)}  ${how.padEnd(14)}  ${Math.round(size / 1e6)} MB`;
}
