import { z } from 'zod';
import type { InstantSample } from '../clients/prometheus.ts';
import type { Seen } from '../findings/evidence.ts';

const MAX_SHOWN = 4;
const MAX_JSON = 300;

/** The first values of an instant query's answer, and the number of all. */
export function listValues(samples: readonly InstantSample[]): { count: number; values: number[] } {
  return { count: samples.length, values: samples.slice(0, MAX_SHOWN).map(({ value }) => value) };
}

const SampleRanges = z.array(z.object({ samples: z.array(z.object({ time: z.number(), value: z.number() })) })).min(1);

/** Shortens any answer: to the newest samples if it holds some over time, else to its start. */
export function summarizeAnswer(answer: unknown): Seen {
  if (answer === undefined || (Array.isArray(answer) && answer.length === 0)) return { kind: 'nothing' };
  const ranges = SampleRanges.safeParse(answer);
  if (ranges.success) return { kind: 'samples', series: ranges.data.slice(0, MAX_SHOWN).map(summarizeRange) };
  const json = JSON.stringify(answer, (_, value: unknown) => (isPlain(value) ? value : String(value)));
  return {
    kind: 'answer',
    ...(Array.isArray(answer) && { count: answer.length }),
    json: `${json.slice(0, MAX_JSON)}${json.length > MAX_JSON ? '…' : ''}`,
  };
}

function summarizeRange({ samples }: z.infer<typeof SampleRanges>[number]) {
  const newest = samples.slice(-MAX_SHOWN).map(({ time, value }) => ({ time: time * 1000, value }));
  return { count: samples.length, newest };
}

/** Whether JSON can hold it: it has no big integers, and only finite numbers. */
function isPlain(value: unknown): boolean {
  return typeof value !== 'bigint' && (typeof value !== 'number' || Number.isFinite(value));
}
