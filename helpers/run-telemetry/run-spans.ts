import { type Attributes, attributes } from '../emit/telemetry.ts';
import { type Milliseconds, newSpanId, newTraceId, type UnixNanos } from '../otlp/ids.ts';
import { SPAN_KINDS, type Span, STATUS_CODES } from '../otlp/schema.ts';
import type { FinishedRun, FinishedTest } from '../report/compose-verdict.ts';
import { type CriterionVerdict, readExitCode, type Status, type Verdict } from '../report/verdict.ts';

/** The root's name, by which a query finds the traces of runs. */
export const ROOT_SPAN = 'verification run';

/** `test.case.result.status` and `test.suite.run.status` (OpenTelemetry semantic conventions, "Test"). */
const CASE_RESULTS = { passed: 'pass', failed: 'fail' } as const;
const SUITE_RESULTS: Readonly<Record<Status, string>> = { passed: 'success', failed: 'failure', skipped: 'skipped' };

type Times = { readonly from: Milliseconds; readonly to: Milliseconds };

/**
 * The trace of a run that has ended, its root first: below the run its phases, below a phase its criteria, each with the time
 * that it took. What failed has the status error; a criterion has its cause as an event too. Skipped criteria have no span.
 */
export function createRunSpans(
  verdict: Verdict,
  { run, tests }: Pick<FinishedRun, 'run' | 'tests'>,
): readonly [Span, ...Span[]] {
  const { stack, backend, alloy, durationMs } = verdict;
  const root = createSpan({
    name: ROOT_SPAN,
    times: { from: run.startedAt, to: run.startedAt + durationMs },
    attributes: {
      'alloy_verify.stack': stack,
      'alloy_verify.backend': backend,
      'alloy_verify.alloy': alloy.kind,
      'alloy_verify.alloy.version': alloy.version,
    },
    ...(readExitCode(verdict) !== 0 && { error: verdict.errors?.join('\n') ?? 'not all criteria hold' }),
  });
  const byId = new Map(tests.filter(({ startTime }) => startTime > 0).map((test) => [test.id, test]));
  const below = verdict.phases.flatMap(({ id, title, status, criteria }) => {
    const ran = criteria.flatMap((criterion) => {
      const test = byId.get(criterion.id);
      return test === undefined || criterion.status === 'skipped' ? [] : [{ criterion, times: readTimes(test) }];
    });
    if (ran.length === 0) return [];
    const phase = createSpan({
      name: `${id} ${title}`,
      parent: root,
      times: {
        from: Math.min(...ran.map(({ times }) => times.from)),
        to: Math.max(...ran.map(({ times }) => times.to)),
      },
      attributes: { 'test.suite.name': id, 'test.suite.run.status': SUITE_RESULTS[status] },
      ...(status === 'failed' && { error: 'a criterion fails' }),
    });
    return [phase, ...ran.map(({ criterion, times }) => createCriterionSpan(phase, criterion, times))];
  });
  return [root, ...below];
}

function createCriterionSpan(parent: Span, { id, title, status, cause, fix }: CriterionVerdict, times: Times): Span {
  const error = status === 'failed' ? (cause ?? 'no cause is known') : undefined;
  const span = createSpan({
    name: `${id} ${title}`,
    parent,
    times,
    attributes: {
      'test.case.name': id,
      ...(status !== 'skipped' && { 'test.case.result.status': CASE_RESULTS[status] }),
    },
    ...(error !== undefined && { error }),
  });
  if (error === undefined) return span;
  const event = {
    timeUnixNano: span.endTimeUnixNano,
    name: 'criterion failed',
    attributes: attributes({ cause: error, ...(fix !== undefined && { fix }) }),
    droppedAttributesCount: 0,
  };
  return { ...span, events: [event] };
}

type SpanPlan = {
  readonly name: string;
  readonly parent?: Span;
  readonly times: Times;
  readonly attributes: Attributes;
  readonly error?: string;
};

function createSpan({ name, parent, times, attributes: values, error }: SpanPlan): Span {
  return {
    traceId: parent?.traceId ?? newTraceId(),
    spanId: newSpanId(),
    traceState: '',
    parentSpanId: parent?.spanId ?? '',
    name,
    kind: SPAN_KINDS.indexOf('SPAN_KIND_INTERNAL'),
    startTimeUnixNano: toNanos(times.from),
    endTimeUnixNano: toNanos(times.to),
    attributes: attributes(values),
    droppedAttributesCount: 0,
    events: [],
    droppedEventsCount: 0,
    links: [],
    droppedLinksCount: 0,
    ...(error !== undefined && { status: { code: STATUS_CODES.indexOf('STATUS_CODE_ERROR'), message: error } }),
    flags: 0,
  };
}

function readTimes({ startTime, duration }: FinishedTest): Times {
  return { from: startTime, to: startTime + duration };
}

function toNanos(time: Milliseconds): UnixNanos {
  return BigInt(Math.round(time * 1000)) * 1000n;
}
