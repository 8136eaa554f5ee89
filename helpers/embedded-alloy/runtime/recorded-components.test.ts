import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Registry } from 'prom-client';
import { afterAll, expect, test } from 'vitest';
import type { Setting } from '../schema/settings.ts';
import { readRecording, recordedEnvironment, writeRecordedConfiguration } from '../testing/recorded-configuration.ts';
import { loadGraph } from './load.ts';
import { createLog } from './logger.ts';

type Recorded = Record<'arguments' | 'exports', readonly Setting[]> &
  Record<'referencesTo' | 'referencedBy' | 'dataFlowEdgesTo', readonly string[]>;

/** What Alloy 1.18 answered about each component of the shipped configuration. */
const { details } = JSON.parse(readRecording('components-api.json')) as {
  readonly details: Readonly<Record<string, Recorded>>;
};

const directory = mkdtempSync(join(tmpdir(), 'recorded-components-'));
afterAll(() => rmSync(directory, { recursive: true }));

const { components } = await loadGraph(writeRecordedConfiguration(directory), {
  environment: recordedEnvironment,
  storagePath: directory,
  registry: new Registry(),
  log: createLog(() => {}),
  stability: 'generally-available',
  communityComponents: false,
});

test('every component of the recording is there', () => {
  expect(components.map(({ localID }) => localID).sort()).toEqual(Object.keys(details).sort());
});

test.each(components)('$localID has the evaluated arguments of the recording, byte for byte', (component) => {
  expect(JSON.stringify(component.arguments)).toBe(JSON.stringify(details[component.localID]?.arguments));
});

test.each(components)('$localID has the exports of the recording, byte for byte', (component) => {
  expect(JSON.stringify(component.exports)).toBe(JSON.stringify(details[component.localID]?.exports));
});

// Alloy lists them in the random order of a Go map.
test.each(components)('$localID has the references and edges of the recording, each as often', (component) => {
  const recorded = details[component.localID];
  for (const relation of ['referencesTo', 'referencedBy', 'dataFlowEdgesTo'] as const) {
    expect([...component[relation]].sort()).toEqual([...(recorded?.[relation] ?? [])].sort());
  }
});
