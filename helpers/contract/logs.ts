import { createRandom, type Random } from './random.ts';

/** The log lines of a data set as a push in JSON, and each line by its offset: one in each millisecond. */
export type LogData = {
  readonly body: string;
  readonly written: ReadonlyMap<number, { readonly line: string; readonly labels: Readonly<Record<string, string>> }>;
};

const LINES = 200;
const NANOS_PER_MILLI = 1_000_000n;
export const JOBS = ['api', 'bot', 'db-1', 'db-2'];
export const WORDS = [
  'GET /games 200',
  'GET /fail 500',
  'error: it broke',
  'ready',
  'two words',
  'a.b',
  'café "q"',
  '',
];
export const ENVIRONMENTS = ['prod', 'dev', 'test', 'Prod'];
export const NUMBERS = ['5', '5.5', '-1', '1e3', 'abc', '200'];
export const DURATIONS = ['1s', '1.5s', '250ms', '1m30s', '5', '-2s'];
export const SIZES = ['10KB', '10KiB', '1.5MB', '200', '5 B'];

/** Builds random log lines of several streams, whose metadata are texts, numbers, durations, sizes, and missing. */
export function buildLogs(seed: number, baseMs: number): LogData {
  const random = createRandom(seed);
  const streams = new Map<string, { stream: object; values: unknown[] }>();
  const written = new Map<number, { line: string; labels: Record<string, string> }>();
  for (let line = 0; line < LINES; line++) {
    const job = random.pick(JOBS);
    const stream = {
      job,
      service_name: job,
      dataset: String(baseMs),
      ...(random.chance(0.5) && { region: random.pick(['eu-1', 'us-1']) }),
    };
    const key = JSON.stringify(stream);
    const held = streams.get(key) ?? { stream, values: [] };
    streams.set(key, held);
    const time = BigInt(baseMs + line) * NANOS_PER_MILLI;
    const text = `${random.pick(WORDS)} ${random.pick(WORDS)}`.trim();
    const metadata = buildMetadata(random);
    held.values.push([String(time), text, metadata]);
    written.set(line, { line: text, labels: { ...stream, ...metadata } });
  }
  return { body: JSON.stringify({ streams: [...streams.values()] }), written };
}

function buildMetadata(random: Random): Record<string, string> {
  return {
    ...(random.chance(0.6) && { env: random.pick(ENVIRONMENTS) }),
    ...(random.chance(0.6) && { n: random.pick(NUMBERS) }),
    ...(random.chance(0.5) && { took: random.pick(DURATIONS) }),
    ...(random.chance(0.4) && { size: random.pick(SIZES) }),
    ...(random.chance(0.3) && { trace_id: `trace-${random.int(0, 5)}` }),
  };
}
