/** What Alloy itself tells: its metrics, its health and its components. The backend is asked elsewhere. */
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import parsePrometheusTextFormat from 'parse-prometheus-text-format';
import { request } from 'undici';
import { z } from 'zod';
import type { AlloyEndpoint } from '../run/run.ts';
import type { InstantSample, Labels } from './prometheus.ts';

/** An HTTP answer of a part of the stack. */
export type Answer = { readonly status: number; readonly contentType: string; readonly body: string };

/** GETs a URL of the stack. */
export async function get(url: string): Promise<Answer> {
  const { statusCode, headers, body } = await request(url, { headersTimeout: 10_000, bodyTimeout: 10_000 });
  return { status: statusCode, contentType: String(headers['content-type'] ?? ''), body: await body.text() };
}

/** The samples on a page in the Prometheus text format (counters, gauges and untyped ones, which is all that is asked here). */
export function samplesOf(page: string): InstantSample[] {
  return parsePrometheusTextFormat(page).flatMap(({ name, metrics }) =>
    metrics.flatMap(({ value, labels = {} }) =>
      value === undefined
        ? []
        : [{ labels: { __name__: name, ...labels }, time: 0, value: Number(value.replace('Inf', 'Infinity')) }],
    ),
  );
}

/** The samples of a page whose value is none that the text format knows: none, where the page is in that format at all. */
export function malformedSamples(page: string): string[] {
  return parsePrometheusTextFormat(page).flatMap(({ name, metrics }) =>
    metrics.flatMap(({ value }) =>
      value === undefined || /^[+-]?(\d[\d.]*(e[+-]?\d+)?|Inf|NaN)$/i.test(value) ? [] : [`${name} ${value}`],
    ),
  );
}

/** The sum of Alloy's own metric over all its series with these labels; 0 where it has none, as a counter without a first event. */
export async function alloyTotal(alloy: AlloyEndpoint, name: string, labels: Labels = {}): Promise<number> {
  return sum(await alloySamples(alloy), ({ labels: found }) => found.__name__ === name && carries(found, labels));
}

/** For each pattern the sum of those of Alloy's own metrics whose names match, all read at one moment. */
export async function alloyTotals(alloy: AlloyEndpoint, names: readonly RegExp[]): Promise<number[]> {
  const samples = await alloySamples(alloy);
  return names.map((name) => sum(samples, ({ labels }) => name.test(labels.__name__ ?? '')));
}

/** What the OTLP receivers say of one transport, by signal. */
export type ReceiverCounts = Readonly<Record<'accepted' | 'refused', Readonly<Record<Signal, number>>>>;
type Signal = 'spans' | 'metric_points' | 'log_records';

/** How many items the OTLP receivers have accepted and refused over this transport since Alloy's start. */
export async function receiverCounts(alloy: AlloyEndpoint, transport: 'grpc' | 'http'): Promise<ReceiverCounts> {
  const samples = await alloySamples(alloy);
  const count = (verb: string, signal: Signal) =>
    sum(
      samples,
      ({ labels }) => labels.__name__ === `otelcol_receiver_${verb}_${signal}_total` && labels.transport === transport,
    );
  const bySignal = (verb: string) => ({
    spans: count(verb, 'spans'),
    metric_points: count(verb, 'metric_points'),
    log_records: count(verb, 'log_records'),
  });
  return { accepted: bySignal('accepted'), refused: bySignal('refused') };
}

async function alloySamples(alloy: AlloyEndpoint): Promise<InstantSample[]> {
  return samplesOf((await get(`${alloy.url}/metrics`)).body);
}

function sum(samples: readonly InstantSample[], wanted: (sample: InstantSample) => boolean): number {
  return samples.filter(wanted).reduce((total, { value }) => total + value, 0);
}

const Components = z.array(
  z.object({ localID: z.string(), health: z.object({ state: z.string(), message: z.string().optional() }) }),
);
/** A component of the running configuration and how it is. */
export type ComponentHealth = { readonly id: string; readonly state: string; readonly message: string };

/** Every component of the running configuration (`/api/v0/web/components`). */
export async function componentsOf(alloy: AlloyEndpoint): Promise<ComponentHealth[]> {
  const { body } = await get(`${alloy.url}/api/v0/web/components`);
  return Components.parse(JSON.parse(body)).map(({ localID, health }) => ({
    id: localID,
    state: health.state,
    message: health.message ?? '',
  }));
}

function carries(found: Labels, wanted: Labels): boolean {
  return Object.entries(wanted).every(([name, value]) => found[name] === value);
}

const run = promisify(execFile);

/**
 * Asks the program about its configuration: `validate` whether it is valid, `fmt` whether it is formatted. Returns what is
 * wrong, in the program's own words. Calls `skip` where there is no program on this machine that could be asked.
 */
export async function askAlloy(
  alloy: AlloyEndpoint,
  question: 'validate' | 'fmt',
  skip: (reason: string) => never,
): Promise<{ problems: string[] }> {
  const [program, ...first] = alloy.command ?? skip('there is no alloy program on this machine to ask');
  if (program === undefined) throw new TypeError('an empty command');
  const asGiven = alloy.configInside ?? alloy.config;
  try {
    const { stdout } = await run(program, [...first, question, asGiven], { timeout: 30_000 });
    const same = question === 'validate' || stdout === (await readFile(alloy.config, 'utf8'));
    return { problems: same ? [] : [`${alloy.config} is not formatted as alloy fmt does`] };
  } catch (error) {
    const said = error instanceof Error && 'stderr' in error ? String(error.stderr).trim() : '';
    return { problems: [said === '' ? String(error) : said.replaceAll(asGiven, alloy.config)] };
  }
}
