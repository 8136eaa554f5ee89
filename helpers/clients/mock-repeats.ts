import { z } from 'zod';
import { getPage } from './page.ts';
import type { Labels } from './prometheus.ts';

const Answer = z.object({
  repeats: z.array(
    z.object({
      signal: z.enum(['log records', 'samples']),
      labels: z.record(z.string(), z.string()),
      line: z.string().optional(),
      count: z.number(),
    }),
  ),
});

/** A log record, or a series, of which the mock cloud got something again and kept it once, so that no query shows it. */
export type Repeat = z.infer<typeof Answer>['repeats'][number];

/**
 * What the mock cloud at this address got more than once, of all that has these labels; empty for any other backend, and for one in
 * a container: it tells only who asks over loopback.
 */
export async function readRepeats(mockUrl: string | undefined, labels: Labels): Promise<Repeat[]> {
  if (mockUrl === undefined) return [];
  const { status, body } = await getPage(`${mockUrl}/-/repeats?${new URLSearchParams(labels)}`);
  if (status === 404) return [];
  if (status !== 200) throw new Error(`the mock cloud answers ${status} at /-/repeats`);
  return Answer.parse(JSON.parse(body)).repeats;
}
