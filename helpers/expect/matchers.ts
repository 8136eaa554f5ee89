/** Assertions that wait: `await expect(metric('pg_up', labels)).toHaveValue(1)` retries until it holds or its deadline passes. */
import { expect } from 'vitest';
import { CriterionFailed } from '../findings/criterion-failed.ts';
import type { Condition, Labels } from '../findings/evidence.ts';
import type { TraceId } from '../otlp/ids.ts';
import type { CloudProblem } from '../run/cloud-problem.ts';
import { compareInTime, isAgreement, type Reading, readNow } from './agreement.ts';
import type { Attempt } from './poll.ts';
import type { Logs, Metric, Question, Ranges, Search, Series, Telemetry, Trace } from './question.ts';
import { run } from './run.ts';
import { listValues, summarizeAnswer } from './seen.ts';
import { describeShape, hasSpan, listMissing, type SpanShape } from './spans.ts';
import { type JudgedTask, record } from './task.ts';
import { waitFor } from './wait.ts';

type AnswerTo<T> = T extends Telemetry<infer A> ? A : never;

declare module 'vitest' {
  interface Matchers<R extends void | Promise<void> = void | Promise<void>, T = unknown> {
    /** There is at least one series, and every series has this value. */
    toHaveValue(value: number): Promise<void>;
    /** There is at least one series, and every series has at least this value. */
    toHaveValueAtLeast(value: number): Promise<void>;
    /** There is at least one series, and every series has at most this value. */
    toHaveValueAtMost(value: number): Promise<void>;
    /** There is at least one series, and every series is above this value. */
    toHaveValueAbove(value: number): Promise<void>;
    /** There is at least one series, and every series is below this value. */
    toHaveValueBelow(value: number): Promise<void>;
    /**
     * A sample that was scraped after the call, summed over the series, is what `source` said at that time, give or take
     * `within`. `source` is read with every attempt.
     */
    toAgreeWith(source: () => Promise<number>, sourceName: string, within?: number): Promise<void>;
    /** The trace has a span of this shape. */
    toHaveSpan(shape: SpanShape): Promise<void>;
    /** The search finds this trace. */
    toFind(id: TraceId): Promise<void>;
    /** One of the lines is equal to this. */
    toHaveLine(line: string): Promise<void>;
    /** For each of these there is a line that contains or matches it. */
    toHaveLines(...patterns: readonly (string | RegExp)[]): Promise<void>;
    /** There is at least one line. */
    toHaveAnyLine(): Promise<void>;
    /** No series matches. */
    toBeEmpty(): Promise<void>;
    /** There is at least one series, and every one has these labels. */
    toAllHave(labels: Labels): Promise<void>;
    /** The answer passes `holds`, which `statement` describes in the third person: `came within 6 s`. */
    toShow(statement: string, holds: (answer: AnswerTo<T>) => boolean): Promise<void>;
    /** A service has answered with this status, and an object with these members. */
    toAnswer(status: number, members?: Readonly<Record<string, string>>): Promise<void>;
    /** The list of problems is empty; otherwise they are the cause in the verdict. Does not wait. */
    toHaveNoProblems(fix: string, about?: CloudProblem): R;
  }
}

type State = { readonly task?: JudgedTask; readonly isNot: boolean };
type Result = { readonly pass: boolean; readonly message: () => string };
const HOLDS: Result = { pass: true, message: () => '' };

expect.extend({
  toHaveValue(this: State, received: Metric, value: number) {
    return compare(this, received, { kind: 'value', is: 'equal', value }, (seen) => seen === value);
  },
  toHaveValueAtLeast(this: State, received: Metric, value: number) {
    return compare(this, received, { kind: 'value', is: 'at least', value }, (seen) => seen >= value);
  },
  toHaveValueAtMost(this: State, received: Metric, value: number) {
    return compare(this, received, { kind: 'value', is: 'at most', value }, (seen) => seen <= value);
  },
  toHaveValueAbove(this: State, received: Metric, value: number) {
    return compare(this, received, { kind: 'value', is: 'above', value }, (seen) => seen > value);
  },
  toHaveValueBelow(this: State, received: Metric, value: number) {
    return compare(this, received, { kind: 'value', is: 'below', value }, (seen) => seen < value);
  },
  toAgreeWith(this: State, received: Ranges, source: () => Promise<number>, sourceName: string, within = 0) {
    const readings: Reading[] = [];
    return judge(this, received, { kind: 'agreement', with: sourceName, within }, async () => {
      const [ranges, reading] = await Promise.all([received.ask(), readNow(source)]);
      readings.push(reading);
      const compared = compareInTime(ranges, readings);
      const agreeing = compared.find((one) => isAgreement(one, within));
      const shown = agreeing ?? compared.at(-1) ?? { least: reading.value, most: reading.value };
      return {
        holds: agreeing !== undefined,
        seen: { kind: 'comparison', source: sourceName, ...shown },
        value: ranges,
      };
    });
  },
  toHaveSpan(this: State, received: Trace, shape: SpanShape) {
    return judge(this, received, { kind: 'span', shape: describeShape(shape) }, async () => {
      const spans = await received.ask();
      const names = spans.map(({ span }) => span.name);
      const holds = hasSpan(spans, shape);
      const missing = holds ? [] : listMissing(spans, shape);
      const seen = { kind: 'spans', names, ...(missing.length > 0 && { missing }) } as const;
      return { holds, seen, value: spans };
    });
  },
  toFind(this: State, received: Search, traceId: TraceId) {
    return judge(this, received, { kind: 'trace', traceId }, async () => {
      const ids = await received.ask();
      return { holds: ids.includes(traceId), seen: { kind: 'count', of: 'traces', count: ids.length }, value: ids };
    });
  },
  toHaveLine(this: State, received: Logs, line: string) {
    return judge(this, received, { kind: 'line', line }, async () => {
      const lines = await received.ask();
      const holds = lines.some((found) => found.line === line);
      return { holds, seen: { kind: 'count', of: 'lines', count: lines.length }, value: lines };
    });
  },
  toHaveLines(this: State, received: Logs, ...patterns: readonly (string | RegExp)[]) {
    return judge(this, received, { kind: 'lines', patterns: patterns.map(String) }, async () => {
      const lines = await received.ask();
      const holds = patterns.every((pattern) => lines.some(({ line }) => matches(line, pattern)));
      return { holds, seen: { kind: 'count', of: 'lines', count: lines.length }, value: lines };
    });
  },
  toHaveAnyLine(this: State, received: Logs) {
    return judge(this, received, { kind: 'any', of: 'line' }, async () => {
      const lines = await received.ask();
      return { holds: lines.length > 0, seen: { kind: 'count', of: 'lines', count: lines.length }, value: lines };
    });
  },
  toAllHave(this: State, received: Series, labels: Labels) {
    return judge(this, received, { kind: 'labels', labels }, async () => {
      const found = await received.ask();
      const others = found.filter((one) => Object.entries(labels).some(([name, value]) => one[name] !== value));
      const shown = found.length > 0 && others.length > 0 ? others : found;
      return { holds: found.length > 0 && others.length === 0, seen: summarizeAnswer(shown), value: found };
    });
  },
  toBeEmpty(this: State, received: Series) {
    return judge(this, received, { kind: 'empty' }, async () => {
      const found = await received.ask();
      // What this run has written stays in the window that is asked for.
      const isFinal = found.length > 0 && run.seriesMark !== undefined;
      return { holds: found.length === 0, seen: summarizeAnswer(found), value: found, isFinal };
    });
  },
  toShow(this: State, received: Telemetry<unknown>, statement: string, holds: (answer: never) => boolean) {
    return judge(this, received, { kind: 'stated', statement }, async () => {
      const answer = await received.ask();
      const isFinal = received.isFinal?.(answer) ?? false;
      return {
        holds: holds(answer as never),
        seen: received.show?.(answer) ?? summarizeAnswer(answer),
        value: answer,
        isFinal,
      };
    });
  },
  toAnswer(this: State, received: Telemetry<Answer>, status: number, members: Readonly<Record<string, string>> = {}) {
    return judge(this, received, { kind: 'answer', status, members }, async () => {
      const answer = await received.ask();
      const holds = answer.status === status && hasMembers(answer.json, members);
      return { holds, seen: summarizeAnswer({ status: answer.status, json: answer.json }), value: answer };
    });
  },
  toHaveNoProblems(this: State, received: readonly string[], fix: string, about?: CloudProblem) {
    refuseNot(this);
    if (received.length === 0) return HOLDS;
    const finding = { kind: 'listed problems', problems: received, fix, ...(about && { about }) } as const;
    throw new CriterionFailed(undefined, finding);
  },
});

function compare(
  state: State,
  received: Metric,
  condition: Condition,
  holds: (value: number) => boolean,
): Promise<Result> {
  return judge(state, received, condition, async () => {
    const samples = await received.ask();
    return {
      holds: samples.length > 0 && samples.every(({ value }) => holds(value)),
      seen: { kind: 'values', ...listValues(samples) },
      value: samples,
    };
  });
}

/** Waits until it holds, and records that. Throws `CriterionFailed` if it does not. */
async function judge<T>(
  state: State,
  received: Question,
  condition: Condition,
  attempt: () => Promise<Attempt<T>>,
): Promise<Result> {
  refuseNot(state);
  const { observation } = await waitFor(received, condition, attempt);
  if (state.task) record(state.task, observation);
  return HOLDS;
}

/** What a service has answered. */
type Answer = { readonly status: number; readonly json: unknown };

function hasMembers(json: unknown, members: Readonly<Record<string, string>>): boolean {
  const found = new Map(Object.entries(typeof json === 'object' && json !== null ? json : {}));
  return Object.entries(members).every(([name, value]) => found.get(name) === value);
}

function matches(line: string, pattern: string | RegExp): boolean {
  return typeof pattern === 'string' ? line.includes(pattern) : pattern.test(line);
}

function refuseNot({ isNot }: State): void {
  if (isNot) {
    throw new TypeError('"not" proves nothing about telemetry that may still arrive: state what has to be there');
  }
}
