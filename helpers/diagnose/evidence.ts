import { open, stat } from 'node:fs/promises';
import { connect } from 'node:net';
import { request } from 'undici';
import { z } from 'zod';
import type { ComponentHealth } from '../clients/alloy.ts';
import { componentsOf, get, samplesOf } from '../clients/alloy.ts';
import type { InstantSample } from '../clients/prometheus.ts';
import type { Run } from '../run/run.ts';

const Refusals = z.object({
  refusals: z.array(
    z.object({
      service: z.string(),
      user: z.string().optional(),
      reason: z.string(),
      /** The service whose instance ID the user is. */
      belongsTo: z.string().optional(),
      count: z.number(),
    }),
  ),
});
type Refusal = z.infer<typeof Refusals>['refusals'][number];

/** What can be seen of a run from outside when something did not arrive. Every part of it is gathered on its own. */
export type Evidence = {
  readonly run: Run;
  /** False where Alloy gives no answer at all. */
  readonly alloyAnswers: boolean;
  readonly alloyMetrics: readonly InstantSample[];
  readonly unhealthy: readonly ComponentHealth[];
  /** The last lines of Alloy's log of level warn or error, newest last. */
  readonly alloyLog: readonly string[];
  /** Logins and requests that the mock refused. */
  readonly refusals: readonly Refusal[];
  /** What was asked for, as it was told; empty where it was no telemetry. */
  readonly asked: string;
  /** The sources of the run that take no connection. */
  readonly unreachable: readonly Source[];
  /** What exists in place of what was asked for. */
  readonly nearest: readonly string[];
};

/** Something that is measured, and the names by which its series are known. */
export type Source = {
  readonly name: string;
  readonly address: string;
  readonly variable: string;
  readonly pattern: RegExp;
};

const CONNECT_MS = 1000;
const TAIL_BYTES = 256 * 1024;

/** Gathers the evidence; what can't be had is empty. */
export async function gather(run: Run, asked: string, nearest: readonly string[]): Promise<Evidence> {
  const [page, components, log, refusals, unreachable] = await Promise.all([
    get(`${run.alloy.url}/metrics`).catch(() => undefined),
    componentsOf(run.alloy).catch(() => []),
    run.alloy.logFile === undefined ? '' : tail(run.alloy.logFile).catch(() => ''),
    run.mockUrl === undefined ? [] : refusalsOf(run.mockUrl).catch(() => []),
    unreachableOf(run),
  ]);
  return {
    run,
    alloyAnswers: page !== undefined,
    alloyMetrics: page === undefined ? [] : samplesOf(page.body),
    unhealthy: components.filter(({ state }) => state !== 'healthy'),
    // In a container the configuration has another path than where a person mends it.
    alloyLog: log
      .replaceAll(run.alloy.configInside ?? run.alloy.config, run.alloy.config)
      .split('\n')
      .filter((line) => /level=(warn|error)|^Error:/.test(line)),
    refusals,
    asked,
    unreachable,
    nearest,
  };
}

async function refusalsOf(mockUrl: string): Promise<Refusal[]> {
  const { body } = await request(`${mockUrl}/-/refusals`);
  return Refusals.parse(await body.json()).refusals;
}

async function tail(path: string): Promise<string> {
  const { size } = await stat(path);
  await using file = await open(path);
  const start = Math.max(0, size - TAIL_BYTES);
  const { buffer, bytesRead } = await file.read({ buffer: Buffer.alloc(size - start), position: start });
  return buffer.toString('utf8', 0, bytesRead);
}

async function unreachableOf({ postgres, redis, rabbitmq }: Run): Promise<Source[]> {
  const sources = [
    { name: 'PostgreSQL', at: postgres, variable: 'DATABASE_URL', pattern: /postgres|\bpg_/ },
    { name: 'Redis', at: redis, variable: 'REDIS_URL', pattern: /redis/ },
    { name: 'RabbitMQ', at: rabbitmq, variable: 'RABBITMQ_URL', pattern: /rabbitmq/ },
  ];
  const looked = sources.map(async ({ at, ...source }) =>
    at === undefined || (await takesConnections(at)) ? [] : [{ ...source, address: `${at.host}:${at.port}` }],
  );
  return (await Promise.all(looked)).flat();
}

function takesConnections({ host, port }: { readonly host: string; readonly port: number }): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: CONNECT_MS });
    const end = (reached: boolean) => {
      socket.destroy();
      resolve(reached);
    };
    socket
      .once('connect', () => end(true))
      .once('timeout', () => end(false))
      .once('error', () => end(false));
  });
}
