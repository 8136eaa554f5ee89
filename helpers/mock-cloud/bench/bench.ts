/**
 * Measures how fast the mock receives spans and samples over HTTP from one sender, and its memory before, between and
 * after. Sender and mock are separate processes. Prints a line for each figure, or JSON with `--json`.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { request } from 'undici';
import type { Sent } from './sender.ts';

/** Figures of one run; memory in MiB. */
export type MockFigures = {
  readonly readyMs: number;
  readonly idleMiB: number;
  readonly spansPerSecond: number;
  readonly afterSpansMiB: number;
  readonly samplesPerSecond: number;
  readonly afterSamplesMiB: number;
  readonly storedMiB: number;
};

const TOKEN = 'glc_benchmark';
const { PATH, NODE_COMPILE_CACHE, NODE_COMPILE_CACHE_PORTABLE } = process.env;
/** Without the instance IDs of a developer's environment. */
const INHERITED = {
  PATH,
  ...(NODE_COMPILE_CACHE !== undefined && { NODE_COMPILE_CACHE, NODE_COMPILE_CACHE_PORTABLE }),
};

/** Starts a mock and loads it for a few seconds. Rejects if a process fails or a push is refused. */
export async function measureMock(): Promise<MockFigures> {
  const started = performance.now();
  const mock = spawn(process.execPath, [fileURLToPath(new URL('../main.ts', import.meta.url)), '--port', '0'], {
    env: { ...INHERITED, GRAFANA_CLOUD_API_KEY: TOKEN },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    const url = await readFirstUrl(mock);
    const readyMs = performance.now() - started;
    const idleMiB = (await readGauges(url)).resident;
    const spans = await runSender(url, 'spans');
    const afterSpansMiB = (await readGauges(url)).resident;
    const samples = await runSender(url, 'samples');
    const after = await readGauges(url);
    return {
      readyMs: Math.round(readyMs),
      idleMiB,
      spansPerSecond: Math.round(spans.items / spans.seconds),
      afterSpansMiB,
      samplesPerSecond: Math.round(samples.items / samples.seconds),
      afterSamplesMiB: after.resident,
      storedMiB: after.stored,
    };
  } finally {
    mock.kill('SIGTERM');
  }
}

async function readFirstUrl(mock: ChildProcess): Promise<string> {
  if (mock.stdout === null) throw new Error('the mock has no output to read');
  for await (const line of createInterface(mock.stdout)) {
    const url = /http:\/\/\S+/.exec(line)?.[0];
    if (url !== undefined) return url;
  }
  throw new Error('the mock ended before it listened');
}

async function readGauges(url: string): Promise<{ resident: number; stored: number }> {
  const page = await (await request(`${url}/metrics`)).body.text();
  const gauge = (name: string) => Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(page)?.[1]) / 1024 / 1024;
  return {
    resident: Math.round(gauge('process_resident_memory_bytes')),
    stored: Math.round(gauge('mock_stored_bytes')),
  };
}

async function runSender(url: string, what: 'spans' | 'samples'): Promise<Sent> {
  const sender = spawn(process.execPath, [fileURLToPath(new URL('sender.ts', import.meta.url)), url, what], {
    env: { ...INHERITED, GRAFANA_CLOUD_API_KEY: TOKEN },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  sender.stdout.on('data', (chunk: Buffer) => {
    output += chunk;
  });
  const [code] = (await once(sender, 'close')) as [number];
  if (code !== 0) throw new Error(`the sender of ${what} ended with ${code}`);
  return JSON.parse(output) as Sent;
}

if (import.meta.main) {
  const figures = await measureMock();
  if (process.argv.includes('--json')) console.log(JSON.stringify(figures));
  else for (const [name, figure] of Object.entries(figures)) console.log(`mock ${name} ${figure}`);
}
