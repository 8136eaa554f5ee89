/** Assertions that wait: `await expect(metric('pg_up', labels)).toHaveValue(1)` looks until it holds or its deadline passes. */
import { expect } from 'vitest';
import { z } from 'zod';
import type { InstantSample } from '../clients/prometheus.ts';
import type { TraceId } from '../otlp/ids.ts';
import type { Look } from './poll.ts';
import type { Noted } from './record.ts';
import { noteCause, noteEvidence } from './record.ts';
import type { SpanShape } from './spans.ts';
import { hasSpan, shapeText } from './spans.ts';
import type { Logs, Metric, Search, Telemetry, Trace } from './telemetry.ts';
import { waitFor } from './wait.ts';

type AnswerOf<T> = T extends Telemetry<infer A> ? A : never;

declare module 'vitest' {
  interface Matchers<R extends void | Promise<void> = void | Promise<void>, T = unknown> {
    /** There is at least one series, and each one's present value is this. */
    toHaveValue(value: number): Promise<void>;
    /** There is at least one series, and each one's present value is this or more. */
    toHaveValueAtLeast(value: number): Promise<void>;
    /** There is at least one series, and each one's present value is more than this. */
    toHaveValueAbove(value: number): Promise<void>;
    /** There is at least one series, and each one's present value is less than this. */
    toHaveValueBelow(value: number): Promise<void>;
    /** The value is what `source` says at the same time, give or take `within`: both are read again until they agree. */
    toAgreeWith(source: () => Promise<number>, sourceName: string, within?: number): Promise<void>;
    /** The trace has a span of this shape. */
    toHaveSpan(shape: SpanShape): Promise<void>;
    /** The search finds this trace. */
    toFind(id: TraceId): Promise<void>;
    /** One of the lines is this. */
    toHaveLine(line: string): Promise<void>;
    /** The answer fulfils what `condition` says in words. */
    toShow(condition: string, holds: (answer: AnswerOf<T>) => boolean): Promise<void>;
    /** Not a thing to wait for: the list of problems is empty, or they are the cause that the verdict tells. */
    toHaveNoProblems(fix: string): R;
  }
}

type State = { readonly task?: Noted; readonly isNot: boolean };
type Verdict = { pass: boolean; message: () => string };

expect.extend({
  toHaveValue(this: State, received: Metric, value: number) {
    return valued(this, received, `is ${value}`, (seen) => seen === value);
  },
  toHaveValueAtLeast(this: State, received: Metric, value: number) {
    return valued(this, received, `is at least ${value}`, (seen) => seen >= value);
  },
  toHaveValueAbove(this: State, received: Metric, value: number) {
    return valued(this, received, `is above ${value}`, (seen) => seen > value);
  },
  toHaveValueBelow(this: State, received: Metric, value: number) {
    return valued(this, received, `is below ${value}`, (seen) => seen < value);
  },
  toAgreeWith(this: State, received: Metric, source: () => Promise<number>, sourceName: string, within = 0) {
    const margin = within === 0 ? '' : `, give or take ${within}`;
    return judge(this, received, `agrees with ${sourceName}${margin}`, async () => {
      const [samples, truth] = await Promise.all([received.ask(), source()]);
      const holds = samples.length > 0 && samples.every(({ value }) => Math.abs(value - truth) <= within);
      return { holds, seen: `${listed(samples)}, while ${sourceName} says ${truth}`, value: samples };
    });
  },
  toHaveSpan(this: State, received: Trace, shape: SpanShape) {
    return judge(this, received, `has a span ${shapeText(shape)}`, async () => {
      const spans = await received.ask();
      const holds = hasSpan(spans, shape);
      const names = spans.map(({ span }) => span.name).join(', ');
      return { holds, seen: spans.length === 0 ? 'no span of it' : `spans ${names}`, value: spans };
    });
  },
  toFind(this: State, received: Search, id: TraceId) {
    return judge(this, received, `finds the trace ${id}`, async () => {
      const ids = await received.ask();
      return { holds: ids.includes(id), seen: `${ids.length} traces`, value: ids };
    });
  },
  toHaveLine(this: State, received: Logs, line: string) {
    return judge(this, received, `has the line ${JSON.stringify(line)}`, async () => {
      const lines = await received.ask();
      return { holds: lines.some((found) => found.line === line), seen: `${lines.length} lines`, value: lines };
    });
  },
  toShow(this: State, received: Telemetry<unknown>, condition: string, holds: (answer: never) => boolean) {
    return judge(this, received, condition, async () => {
      const answer = await received.ask();
      const inVain = received.inVain?.(answer) ?? false;
      return { holds: holds(answer as never), seen: summary(answer), value: answer, inVain };
    });
  },
  toHaveNoProblems(this: State, received: readonly string[], fix: string) {
    if (this.task && received.length > 0) noteCause(this.task, { cause: received.join('; '), fix });
    return { pass: received.length === 0, message: () => [...received, `fix: ${fix}`].join('\n') };
  },
});

function valued(
  state: State,
  received: Metric,
  condition: string,
  holds: (value: number) => boolean,
): Promise<Verdict> {
  return judge(state, received, condition, async () => {
    const samples = await received.ask();
    return {
      holds: samples.length > 0 && samples.every(({ value }) => holds(value)),
      seen: listed(samples),
      value: samples,
    };
  });
}

async function judge<T>(
  state: State,
  received: Telemetry<T>,
  condition: string,
  look: () => Promise<Look<T>>,
): Promise<Verdict> {
  if (state.isNot)
    throw new TypeError('"not" says nothing of telemetry that may still be on its way: state what has to be there');
  const waited = await waitFor(received, condition, look);
  if (waited.holds) {
    if (state.task) noteEvidence(state.task, waited.fact);
    return { pass: true, message: () => '' };
  }
  const { told, finding } = waited;
  if (state.task) {
    noteEvidence(state.task, told.join('\n'));
    if (finding !== undefined) noteCause(state.task, finding);
  }
  const why = finding === undefined ? [] : [`  cause:     ${finding.cause}`, `  fix:       ${finding.fix}`];
  return { pass: false, message: () => [...told, ...why].join('\n') };
}

const MOST = 4;

function listed(samples: readonly InstantSample[]): string {
  if (samples.length === 0) return 'no series';
  if (samples.length === 1) return String(samples[0]?.value);
  const values = samples.slice(0, MOST).map(({ value }) => String(value));
  return `${samples.length} series with ${values.join(', ')}${samples.length > MOST ? ', …' : ''}`;
}

/** What an answer holds, in a line: of samples over time the newest, of all else the beginning. */
function summary(answer: unknown): string {
  if (Array.isArray(answer) && answer.length === 0) return 'nothing';
  const ranges = SampleRanges.safeParse(answer);
  if (ranges.success) return ranges.data.map(newest).slice(0, MOST).join('; ');
  const text =
    JSON.stringify(answer, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value)) ?? 'nothing';
  const size = Array.isArray(answer) ? `${answer.length} found: ` : '';
  return `${size}${text.slice(0, LONGEST)}${text.length > LONGEST ? '…' : ''}`;
}

const LONGEST = 300;
const SampleRanges = z.array(z.object({ samples: z.array(z.object({ time: z.number(), value: z.number() })) })).min(1);

function newest({ samples }: z.infer<typeof SampleRanges>[number]): string {
  const last = samples
    .slice(-MOST)
    .map(({ time, value }) => `${value} at ${new Date(time * 1000).toISOString().slice(11, 23)}`);
  return `${samples.length} samples, the newest ${last.join(', ')}`;
}
