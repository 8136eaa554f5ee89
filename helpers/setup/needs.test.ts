import { expect, test } from 'vitest';
import { neededPrograms } from './needs.mjs';

const none = { PATH: '/nowhere' };

test('a run of all phases needs all programs, with the exporters as long as no real Alloy is there', () => {
  expect(neededPrograms(['run'], none)).toEqual([
    'postgres',
    'redis',
    'rabbitmq',
    'postgres-exporter',
    'redis-exporter',
  ]);
  expect(neededPrograms([], { ...none, ALLOY_BIN: '/opt/alloy' })).toEqual(['postgres', 'redis', 'rabbitmq']);
  expect(neededPrograms([], { ...none, ALLOY_BIN: '/opt/alloy', ALLOY: 'embedded' })).toContain('redis-exporter');
});

test('a run of named phases needs theirs only', () => {
  expect(neededPrograms(['phase1'], none)).toEqual([]);
  expect(neededPrograms(['phase3'], none)).toEqual(['redis', 'redis-exporter']);
  expect(neededPrograms(['run', 'phase2', 'phase7', '--bail=1'], none)).toEqual([
    'postgres',
    'rabbitmq',
    'postgres-exporter',
  ]);
});

test('a filter that is no phase may need anything', () => {
  expect(neededPrograms(['run', 'helpers/stack'], none)).toHaveLength(5);
  expect(neededPrograms(['phase1', 'helpers/stack'], none)).toHaveLength(5);
});

test('unit tests start real servers in every world, the criteria only in the native one', () => {
  const containers = { ...none, STACK: 'containers' };
  expect(neededPrograms(['run'], containers)).toHaveLength(5);
  expect(neededPrograms(['run', '--project', 'unit', 'helpers/stack'], containers)).toHaveLength(5);
  expect(neededPrograms(['run', 'phase2'], containers)).toEqual([]);
  expect(neededPrograms(['run', '--project', 'criteria', '--project=outages'], containers)).toEqual([]);
  expect(neededPrograms(['run', '--project', 'criteria', 'phase3'], none)).toEqual(['redis', 'redis-exporter']);
});

test('other worlds and questions for help need nothing of the native stack', () => {
  expect(neededPrograms([], { ...none, STACK: 'external' })).toEqual([]);
  expect(neededPrograms([], { ...none, STACK: 'containers' })).toEqual([]);
  expect(neededPrograms(['--help'], none)).toEqual([]);
});
