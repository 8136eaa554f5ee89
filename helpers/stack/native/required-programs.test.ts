import { expect, test } from 'vitest';
import { type Part, partsInOrder } from '../../run/part.ts';
import { listPrograms } from './required-programs.ts';

const embedded = { kind: 'embedded', command: ['node'] } as const;
const real = { kind: 'binary', command: ['/opt/alloy'] } as const;
const all: readonly Part[] = partsInOrder;

test('a stack of all parts needs all servers, with the exporters as long as no real Alloy is there', () => {
  const needed = ['postgres', 'redis', 'rabbitmq', 'postgres-exporter', 'redis-exporter'];
  expect(listPrograms({ parts: all, needs: all, alloy: embedded })).toEqual(needed);
  expect(listPrograms({ parts: all, needs: all, alloy: real })).toEqual(['postgres', 'redis', 'rabbitmq']);
});

test('a stack of a few parts needs theirs only', () => {
  expect(listPrograms({ parts: ['mock-cloud', 'alloy'], needs: ['mock-cloud', 'alloy'], alloy: embedded })).toEqual([]);
  const redis: Part[] = ['mock-cloud', 'alloy', 'redis'];
  expect(listPrograms({ parts: redis, needs: redis, alloy: embedded })).toEqual(['redis', 'redis-exporter']);
});

test('a server that already runs needs no program, and its exporter does', () => {
  expect(
    listPrograms({ parts: ['mock-cloud', 'alloy'], needs: ['mock-cloud', 'alloy', 'postgres'], alloy: embedded }),
  ).toEqual(['postgres-exporter']);
});
