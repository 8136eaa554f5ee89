import { z } from 'zod';
import type { BackendAccess } from '../run/endpoints.ts';

/** A question below the URL of a query API, and the answer that only this service gives to it. */
export type SmallestQuestion = {
  readonly path: string;
  readonly listParameters: () => Readonly<Record<string, string>>;
  readonly answer: z.ZodType;
};

const nanoseconds = '000000000';

/**
 * The smallest question to each service that needs its scope to read. What answers it is that service, whatever the variable that
 * leads there is called. Loki leaves out an empty list of labels, and Tempo one of traces; Loki answers Prometheus's question too,
 * with statistics that Prometheus has only where it is asked for them.
 */
export const SMALLEST_QUESTIONS: Readonly<Record<keyof BackendAccess, SmallestQuestion>> = {
  prometheus: {
    path: '/api/v1/query',
    listParameters: () => ({ query: 'vector(1)' }),
    answer: z.object({
      status: z.literal('success'),
      data: z.object({ resultType: z.literal('vector'), stats: z.never().optional() }),
    }),
  },
  loki: {
    path: '/loki/api/v1/labels',
    listParameters: () => {
      const { start, end } = readLastMinute();
      return { start: start + nanoseconds, end: end + nanoseconds };
    },
    answer: z.object({ status: z.literal('success'), data: z.array(z.string()).optional() }),
  },
  tempo: {
    path: '/api/search',
    listParameters: () => ({ q: '{}', ...readLastMinute(), limit: '1' }),
    answer: z.union([z.object({ traces: z.array(z.unknown()) }), z.object({ metrics: z.object({}) })]),
  },
};

/** In seconds since the epoch. */
function readLastMinute(): { readonly start: string; readonly end: string } {
  const end = Math.floor(Date.now() / 1000);
  return { start: String(end - 60), end: String(end) };
}
