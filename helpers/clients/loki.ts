import { z } from 'zod';
import type { ServiceAccess } from '../run/endpoints.ts';
import { getJson } from './http.ts';

/** A log line; `labels` holds index labels and structured metadata together, as Loki's answers do. */
export type LogLine = {
  readonly labels: Readonly<Record<string, string>>;
  readonly time: bigint;
  readonly line: string;
};

const Answer = z.object({
  status: z.literal('success'),
  data: z.object({
    resultType: z.literal('streams'),
    result: z.array(
      z.object({
        stream: z.record(z.string(), z.string()),
        values: z.array(z.tuple([z.string(), z.string()]).rest(z.unknown())),
      }),
    ),
  }),
});

/** The log lines of the last `seconds` (default: an hour) that a LogQL query selects, the newest 1,000 at most. */
export async function queryLogs(access: ServiceAccess, query: string, seconds = 3600): Promise<LogLine[]> {
  const now = BigInt(Date.now()) * 1_000_000n;
  const parameters = {
    query,
    start: String(now - BigInt(seconds) * 1_000_000_000n),
    end: String(now + 60_000_000_000n),
    limit: '1000',
  };
  const { data } = await getJson(access, '/loki/api/v1/query_range', parameters, Answer);
  return data.result.flatMap(({ stream, values }) =>
    values.map(([time, line]) => ({ labels: stream, time: BigInt(time), line })),
  );
}
