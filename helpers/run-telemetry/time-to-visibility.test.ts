import { expect, test } from 'vitest';
import type { TraceId } from '../otlp/ids.ts';
import { observed } from './testing/sample-run.ts';
import { listTimesToVisibility } from './time-to-visibility.ts';

const logs = { kind: 'logs', query: '{}' } as const;
const metric = { kind: 'scraped metric', expression: 'm', metric: 'm', labels: {} } as const;

test('the times are listed by signal, shortest first, and a search is not a look-up by ID', () => {
  const traceId = 'abc' as TraceId;
  const evidence = [
    observed(logs, 2),
    observed(logs, 1),
    observed(metric, 3),
    observed({ kind: 'series', selector: '{}' }, 4),
    observed({ kind: 'OTLP metric', metric: 'm', service: 's' }, 5),
    observed({ kind: 'trace', traceId }, 6),
    observed({ kind: 'traces', query: '{}' }, 7),
  ];
  expect([...listTimesToVisibility(evidence)]).toEqual([
    ['logs', [1, 2]],
    ['scraped metrics', [3, 4]],
    ['OTLP metrics', [5]],
    ['traces', [6]],
    ['trace search', [7]],
  ]);
});

test.each([
  ['was there at the first look', observed(logs, 1, { attempts: 1 })],
  ['never came', observed(logs, 1, { holds: false })],
  ['is no telemetry in the backend', observed({ kind: 'delivery' }, 1)],
  ['is a fact', { kind: 'fact', fact: 'x' } as const],
])('what %s has no time to visibility', (_, evidence) => {
  expect(listTimesToVisibility([evidence]).size).toBe(0);
});
