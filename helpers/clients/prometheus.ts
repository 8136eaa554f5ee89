import { z } from 'zod';
import type { ServiceAccess } from '../run/endpoints.ts';
import { getJson } from './http.ts';

/** A series' labels, `__name__` among them. */
export type Labels = Readonly<Record<string, string>>;
/** One series of an instant query's answer; the time is in seconds since the epoch. */
export type InstantSample = { readonly labels: Labels; readonly time: number; readonly value: number };
/** One series with all samples that a range selector found, oldest first. */
export type SampleRange = { readonly labels: Labels; readonly samples: readonly { time: number; value: number }[] };

const Labels = z.record(z.string(), z.string());
const Pair = z.tuple([z.number(), z.string()]);
const Answer = z.object({
  status: z.literal('success'),
  data: z.discriminatedUnion('resultType', [
    z.object({ resultType: z.literal('vector'), result: z.array(z.object({ metric: Labels, value: Pair })) }),
    z.object({ resultType: z.literal('matrix'), result: z.array(z.object({ metric: Labels, values: z.array(Pair) })) }),
    z.object({ resultType: z.literal('scalar'), result: Pair }),
  ]),
});
const SeriesAnswer = z.object({ status: z.literal('success'), data: z.array(Labels) });

/** Evaluates a PromQL expression that gives a vector or a scalar, now (Prometheus HTTP API, "Instant queries"). */
export async function queryInstant(access: ServiceAccess, expression: string): Promise<InstantSample[]> {
  const { data } = await getJson(access, '/api/v1/query', { query: expression }, Answer);
  if (data.resultType === 'scalar') return [{ labels: {}, time: data.result[0], value: sampleValue(data.result[1]) }];
  if (data.resultType === 'matrix') throw new TypeError(`${expression} gives ranges; ask with queryRanges`);
  return data.result.map(({ metric, value }) => ({ labels: metric, time: value[0], value: sampleValue(value[1]) }));
}

/** The raw samples of a range selector such as `up[5m]`, now. */
export async function queryRanges(access: ServiceAccess, selector: string): Promise<SampleRange[]> {
  const { data } = await getJson(access, '/api/v1/query', { query: selector }, Answer);
  if (data.resultType !== 'matrix') throw new TypeError(`${selector} is not a range selector`);
  return data.result.map(({ metric, values }) => ({
    labels: metric,
    samples: values.map(([time, value]) => ({ time, value: sampleValue(value) })),
  }));
}

/** The labels of all series that a selector matches and that had a sample in the last `seconds` (default: an hour). */
export async function findSeries(access: ServiceAccess, selector: string, seconds = 3600): Promise<Labels[]> {
  const now = Date.now() / 1000;
  const parameters = { 'match[]': selector, start: String(now - seconds), end: String(now + 60) };
  return (await getJson(access, '/api/v1/series', parameters, SeriesAnswer)).data;
}

function sampleValue(text: string): number {
  if (text === '+Inf') return Number.POSITIVE_INFINITY;
  if (text === '-Inf') return Number.NEGATIVE_INFINITY;
  return Number(text);
}
