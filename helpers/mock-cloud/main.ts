/** `npm run cloud`: the mock Grafana Cloud by itself, until it gets SIGTERM or SIGINT. */
import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';
import { credentialsFrom } from './auth/credentials.ts';
import type { MockCloud, MockOptions } from './mock-cloud.ts';
import { DEFAULT_MEMORY_BYTES, startMockCloud } from './mock-cloud.ts';
import { environmentLines } from './setup-lines.ts';

const MEBIBYTE = 1024 * 1024;
/** Tried first where a person starts it by hand, so that the lines of an `.env` stay true. */
const USUAL_PORT = 9009;

type Flags = {
  readonly port?: number;
  readonly host: string;
  readonly grpcPort?: number;
  readonly grpcTls?: string;
  readonly memory: number;
};

const command = new Command('cloud')
  .description(
    'A Grafana Cloud in memory: OTLP, remote write and log push in, the Tempo, Prometheus and Loki APIs out.',
  )
  .option('--port <number>', `the port, 0 for any free one (default: ${USUAL_PORT} where it is free)`, port)
  .option('--host <address>', 'the address to listen on', '127.0.0.1')
  .addOption(
    new Option('--grpc-port [number]', 'take OTLP over gRPC too, on this port or any free one')
      .preset('0')
      .argParser(port),
  )
  .option('--grpc-tls <file>', 'serve gRPC over TLS; the certificate made for it is written to this file')
  .option('--memory <MiB>', 'what the stores may hold together', mebibytes, DEFAULT_MEMORY_BYTES / MEBIBYTE)
  .addHelpText('after', '\nToken and instance IDs come from GRAFANA_CLOUD_API_KEY and GRAFANA_CLOUD_*_INSTANCE_ID.')
  .parse();

process.on('SIGTERM', () => process.exit(0));
process.on('SIGINT', () => process.exit(0));
// Whoever read the lines may have gone; the mock serves on.
process.stdout.on('error', () => {});

const credentials = credentialsFrom(process.env);
try {
  const flags = command.opts<Flags>();
  const { url, grpcAddress } = await start(flags);
  console.log(`mock Grafana Cloud at ${url} (in memory, nothing leaves this machine). For an Alloy's .env:`);
  for (const line of environmentLines(url, credentials)) console.log(line);
  if (grpcAddress !== undefined) await announceGrpc(grpcAddress, flags.grpcTls);
} catch (error) {
  console.error(`the mock Grafana Cloud can't listen: ${error instanceof Error ? error.message : error}`);
  process.exitCode = 2;
}

async function start(flags: Flags): Promise<MockCloud> {
  const { host, memory } = flags;
  const say = (line: string) => console.log(`${new Date().toISOString()} ${line}`);
  const grpc = await grpcOptions(flags);
  const options = { credentials, host, memoryBytes: memory * MEBIBYTE, say, ...(grpc !== undefined && { grpc }) };
  if (flags.port !== undefined) return startMockCloud({ ...options, port: flags.port });
  try {
    return await startMockCloud({ ...options, port: USUAL_PORT });
  } catch {
    return startMockCloud(options);
  }
}

async function grpcOptions({ grpcPort, grpcTls, host }: Flags): Promise<MockOptions['grpc']> {
  if (grpcTls === undefined) return grpcPort === undefined ? undefined : { port: grpcPort };
  const { selfSigned } = await import('../tls/self-signed.ts');
  const identity = selfSigned([...new Set(['localhost', '127.0.0.1', '::1', host])]);
  writeFileSync(grpcTls, identity.certificate);
  return { port: grpcPort ?? 0, identity };
}

async function announceGrpc(address: string, certificateFile: string | undefined): Promise<void> {
  const { exporterLines } = await import('./grpc/exporter-lines.ts');
  const over = certificateFile === undefined ? '' : ` with TLS (the certificate is in ${certificateFile})`;
  console.log(`OTLP over gRPC at ${address}${over}. For an Alloy's configuration:`);
  for (const line of exporterLines(address, certificateFile && resolve(certificateFile))) console.log(line);
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
