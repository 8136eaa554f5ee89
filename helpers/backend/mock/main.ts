/** `npm run cloud`: the mock Grafana Cloud by itself, until it gets SIGTERM or SIGINT. */
import { Command, InvalidArgumentError } from 'commander';
import { credentialsFrom } from './credentials.ts';
import { environmentLines } from './environment-lines.ts';
import type { MockCloud } from './server.ts';
import { DEFAULT_MEMORY_BYTES, startMockCloud } from './server.ts';

const MEBIBYTE = 1024 * 1024;
/** Tried first where a person starts it by hand, so that the lines of an `.env` stay true. */
const USUAL_PORT = 9009;

type Flags = { readonly port?: number; readonly host: string; readonly memory: number };

const command = new Command('cloud')
  .description(
    'A Grafana Cloud in memory: OTLP, remote write and log push in, the Tempo, Prometheus and Loki APIs out.',
  )
  .option('--port <number>', `the port, 0 for any free one (default: ${USUAL_PORT} where it is free)`, port)
  .option('--host <address>', 'the address to listen on', '127.0.0.1')
  .option('--memory <MiB>', 'what the stores may hold together', mebibytes, DEFAULT_MEMORY_BYTES / MEBIBYTE)
  .addHelpText('after', '\nToken and instance IDs come from GRAFANA_CLOUD_API_KEY and GRAFANA_CLOUD_*_INSTANCE_ID.')
  .parse();

process.on('SIGTERM', () => process.exit(0));
process.on('SIGINT', () => process.exit(0));
// Whoever read the lines may have gone; the mock serves on.
process.stdout.on('error', () => {});

const credentials = credentialsFrom(process.env);
try {
  const { url } = await start(command.opts<Flags>());
  console.log(`mock Grafana Cloud at ${url} (in memory, nothing leaves this machine). For an Alloy's .env:`);
  for (const line of environmentLines(url, credentials)) console.log(line);
} catch (error) {
  console.error(`the mock Grafana Cloud can't listen: ${error instanceof Error ? error.message : error}`);
  process.exitCode = 2;
}

async function start(flags: Flags): Promise<MockCloud> {
  const { host, memory } = flags;
  const say = (line: string) => console.log(`${new Date().toISOString()} ${line}`);
  const options = { credentials, host, memoryBytes: memory * MEBIBYTE, say };
  if (flags.port !== undefined) return startMockCloud({ ...options, port: flags.port });
  try {
    return await startMockCloud({ ...options, port: USUAL_PORT });
  } catch {
    return startMockCloud(options);
  }
}

function port(text: string): number {
  const number = Number(text);
  if (/^\d+$/.test(text) && number <= 65_535) return number;
  throw new InvalidArgumentError('a number from 0 to 65535 was expected');
}

function mebibytes(text: string): number {
  const number = Number(text);
  if (/^\d+$/.test(text) && number >= 1) return number;
  throw new InvalidArgumentError('a whole number of MiB was expected');
}
