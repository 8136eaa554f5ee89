import { expect, test } from 'vitest';
import type { Subject } from '../findings/evidence.ts';
import { listSuspects } from './suspects.ts';

const asking = { needs: ['api'], takenAway: [] } as const;
const list = (subject: Subject | undefined, stack: 'native' | 'external' = 'native') =>
  listSuspects({ ...asking, subject }, { stack });

test('suspects are the measured part, none for Alloy’s own metrics, and otherwise what the phase needs and works with', () => {
  const scraped = { kind: 'scraped metric', expression: 'x', metric: 'x', labels: {} } as const;
  expect(list({ ...scraped, source: 'redis' })).toEqual(['redis']);
  expect(list(scraped)).toEqual([]);
  expect(list({ kind: 'delivery' })).toEqual([]);
  expect(list({ kind: 'metric of Alloy', metric: 'x', labels: {} })).toEqual([]);
  const all = ['postgres', 'redis', 'rabbitmq', 'api'];
  expect(list({ kind: 'traces', query: '{}' })).toEqual(all);
  expect(list(undefined)).toEqual(all);
});

test('what a criterion has taken away itself is not suspected, nor what only the services of an external stack have to reach', () => {
  expect(listSuspects({ ...asking, subject: undefined, takenAway: ['redis'] }, { stack: 'native' })).not.toContain(
    'redis',
  );
  expect(list(undefined, 'external')).toEqual(['api']);
});
