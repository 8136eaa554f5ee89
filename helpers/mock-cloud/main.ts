/** `npm run cloud`: runs the mock Grafana Cloud by itself until SIGTERM or SIGINT. */
import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';
import { type Credentials, readCredentials } from './auth/credentials.ts';
import { DEFAULT_MEMORY_BYTES, type MockCloud, type MockOptions, startMockCloud } from './mock-cloud.ts';
import { formatEnvironment, formatExporter } from './setup-lines.ts';

const MEBIBYTE = 1024 * 1024;
/** Tried first without `--port`, so that the lines in an `.env` stay valid. */
const DEFAULT_PORT = 9009;

type Flags = {
  readonly port?: number;
  readonly host: string;
  readonly grpcPort?: number;
  readonly grpcTls?: string;
  readonly memory: number;
};

const command = new Command('cloud')
  .description(
    'A Grafana Cloud in memory: receives OTLP, remote write and Loki push, answers the Tempo, Prometheus and Loki query APIs.',
  )
  .option(
    '--port <number>',
    `port of the HTTP server, 0 for any free one (default: ${DEFAULT_PORT}, or a free one if it is in use)`,
    parsePort,
  )
  .option('--host <address>', 'address to listen on', '127.0.0.1')
  .addOption(
    new Option(
      '--grpc-port [number]',
      'also receive traces as Tempo does, with OTLP over gRPC, on this port or any free one',
    )
      .preset('0')
      .argParser(parsePort),
  )
  .option('--grpc-tls <file>', 'receive traces over gRPC with TLS, and write the generated certificate to this file')
  .option(
    '--memory <MiB>',
    'maximum size of the stored data; above it the oldest is dropped',
    parseMebibytes,
    DEFAULT_MEMORY_BYTES / MEBIBYTE,
  )
  .addHelpText(
    'after',
    '\nThe token and the instance IDs are read from GRAFANA_CLOUD_API_KEY and GRAFANA_CLOUD_*_INSTANCE_ID, in the environment\n' +
      'or in .env.',
  )
  .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : 2))
  .parse();

process.on('SIGTERM', () => process.exit(0));
process.on('SIGINT', () => process.exit(0));
// The reader of the output may have gone; the mock keeps running.
process.stdout.on('error', () => {});

try {
  const credentials = readCredentials(process.env);
  const flags = command.opts<Flags>();
  const { url, grpcAddress } = await start(flags, credentials);
  console.log(`mock Grafana Cloud at ${url} (in memory, nothing leaves this machine). For an Alloy's .env:`);
  for (const line of formatEnvironment(url, credentials)) console.log(line);
  if (grpcAddress !== undefined) announceGrpc(grpcAddress, flags.grpcTls);
} catch (error) {
  console.error(`the mock Grafana Cloud can't start: ${error instanceof Error ? error.message : error}`);
  process.exitCode = 2;
}

async function start(flags: Flags, credentials: Credentials): Promise<MockCloud> {
  const { host, memory } = flags;
  const say = (line: string) => console.log(`${new Date().toISOString()} ${line}`);
  const grpc = await prepareGrpc(flags);
  const options = { credentials, host, memoryBytes: memory * MEBIBYTE, say, ...(grpc !== undefined && { grpc }) };
  if (flags.port !== undefined) return startMockCloud({ ...options, port: flags.port });
  try {
    return await startMockCloud({ ...options, port: DEFAULT_PORT });
  } catch {
    return startMockCloud(options);
  }
}

async function prepareGrpc({ grpcPort, grpcTls, host }: Flags): Promise<MockOptions['grpc']> {
  if (grpcTls === undefined) return grpcPort === undefined ? undefined : { port: grpcPort };
  const { selfSigned } = await import('../tls/self-signed.ts');
  const identity = selfSigned([...new Set(['localhost', '127.0.0.1', '::1', host])]);
  writeFileSync(grpcTls, identity.certificate);
  return { port: grpcPort ?? 0, identity };
}

function announceGrpc(address: string, certificateFile: string | undefined): void {
  const over = certificateFile === undefined ? '' : ` with TLS (the certificate is in ${certificateFile})`;
  console.log(`OTLP over gRPC at ${address}${over}, traces only. For an Alloy's configuration:`);
  for (const line of formatExporter(address, certificateFile && resolve(certificateFile))) console.log(line);
}

function parsePort(text: string): number {
  const number = Number(text);
  if (/^\d+$/.test(text) && number <= 65_535) return number;
  throw new InvalidArgumentError('expected a number from 0 to 65535');
}

function parseMebibytes(text: string): number {
  const number = Number(text);
  if (/^\d+$/.test(text) && number >= 1) return number;
  throw new InvalidArgumentError('expected a whole number of MiB, 1 or more');
}
