import { expect, test } from 'vitest';
import { type Span, STATUS_CODES } from '../otlp/schema.ts';
import { createRunSpans, ROOT_SPAN } from './run-spans.ts';
import { endRun } from './testing/sample-run.ts';

function createSpans(passes = false) {
  const { verdict, finished } = endRun({ passes, startedAt: 1_000_000 });
  return createRunSpans(verdict, finished);
}
const isError = ({ status }: Span) => STATUS_CODES[status?.code ?? 0] === 'STATUS_CODE_ERROR';

test('the run is the root, its phases are below it, and below them the criteria that ran', () => {
  const spans = createSpans();
  const [root, phase, first, second] = spans;
  expect(spans.map(({ name }) => name)).toEqual([
    ROOT_SPAN,
    'phase3 Redis metrics',
    'P3.1 redis_up is 1',
    'P3.2 a key that is set is counted',
  ]);
  expect(spans.map(({ parentSpanId }) => parentSpanId)).toEqual(['', root.spanId, phase?.spanId, phase?.spanId]);
  expect(new Set(spans.map(({ traceId }) => traceId)).size).toBe(1);
  expect(new Set([root, phase, first, second].map((span) => span?.spanId)).size).toBe(4);
});

test('a phase spans its criteria, and every span has the time of what it stands for', () => {
  const [root, phase, first] = createSpans();
  expect(root.startTimeUnixNano).toBe(1_000_000_000_000n);
  expect([phase?.startTimeUnixNano, phase?.endTimeUnixNano]).toEqual([1_000_100_000_000n, 1_000_650_000_000n]);
  expect([first?.startTimeUnixNano, first?.endTimeUnixNano]).toEqual([1_000_100_000_000n, 1_000_350_000_000n]);
});

test('what failed and what it is part of have the status error; the criterion has its cause and fix as an event', () => {
  const [root, phase, passed, failed] = createSpans();
  expect([root, phase, passed, failed].map((span) => span && isError(span))).toEqual([true, true, false, true]);
  expect(failed?.status?.message).toBe('Redis gives no answer at 127.0.0.1:6379');
  expect(failed?.events).toMatchObject([
    {
      name: 'criterion failed',
      attributes: [
        { key: 'cause', value: { stringValue: 'Redis gives no answer at 127.0.0.1:6379' } },
        { key: 'fix', value: { stringValue: 'Start Redis' } },
      ],
    },
  ]);
});

test('a run that passed has no span with the status error', () => {
  expect(createSpans(true).filter(isError)).toEqual([]);
});
