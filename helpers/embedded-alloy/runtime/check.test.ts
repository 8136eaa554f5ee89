import { expect, test } from 'vitest';
import type { Stability } from '../catalog/known-components.ts';
import { formatDiagnostic } from '../language/syntax/diagnostic.ts';
import { createSourceFile } from '../language/syntax/source.ts';
import { checkConfiguration } from './check.ts';
import { parseConfiguration } from './configuration.ts';
import { findCycles } from './find-cycles.ts';

async function findProblems(text: string, stability: Stability = 'generally-available'): Promise<string[]> {
  const blocks = parseConfiguration([createSourceFile('case.alloy', text)]);
  const { diagnostics } = await checkConfiguration(blocks, { stability, communityComponents: false, content: true });
  return diagnostics.map((diagnostic) => formatDiagnostic(diagnostic).replace('case.alloy:', ''));
}

// Recorded from Alloy 1.18.
test.each<[string, string[]]>([
  ['http "x" { }', ['1:1: cannot find the definition of component name "http"']],
  ['cluster { }', ['1:1: service "cluster" does not support being configured']],
  ['argument "b" { }', ['1:1: argument blocks only allowed inside a module']],
  ['import.file "a" { filename = "x" }\na.anything "b" { x = 1 }', []],
  [
    'declare "foo" {\n argument "a" { }\n prometheus.scrape "x" {\n targets = argument.a.value\n forward_to = nope.x\n }\n}\nfoo "one" { }',
    ['5:15: component "nope.x" does not exist or is out of scope', '8:1: missing required attribute "a"'],
  ],
  [
    'discovery.relabel "a" { targets = array.group_by([], "x", true) }',
    [
      '1:35: array.group_by is at stability level "experimental", which is below the minimum allowed stability level "generally-available". Use --stability.level command-line flag to enable "experimental" features',
    ],
  ],
  [
    'loki.process "p" {\n forward_to = []\n stage.match {\n selector = "{}"\n stage.match { }\n stage.nope { }\n }\n}',
    ['5:2: missing required attribute "selector"', '6:2: unrecognized block name "stage.nope"'],
  ],
  ['prometheus.remote_write "w" {\n external_labels = {a = 1, b = true}\n}', ['2:32: expected string, got bool']],
  [
    'prometheus.scrape "s" {\n targets = [{}, "x"]\n forward_to = ["anything"]\n}',
    ["2:17: target::ConvertFrom: conversion from 'string' is not supported"],
  ],
])('%j', async (text, expected) => {
  expect(await findProblems(`${text}\n`)).toEqual(expected);
});

test('a component that only a real Alloy has is reported as such', async () => {
  expect(await findProblems('prometheus.exporter.mysql "m" { }\n')).toEqual([
    '1:1: component "prometheus.exporter.mysql" is not implemented by the embedded Alloy; a real Alloy has it: name one in ALLOY_BIN',
  ]);
});

test('an experimental component requires a stability level that allows it', async () => {
  const text = 'otelcol.exporter.debug "d" { }\n';
  expect(await findProblems(text)).toEqual([
    '1:1: component "otelcol.exporter.debug" is at stability level "experimental", which is below the minimum allowed stability level "generally-available". Use --stability.level command-line flag to enable "experimental" features',
  ]);
  expect(await findProblems(text, 'experimental')).toEqual([]);
});

test('the files of a configuration can refer to each other, and errors name the file', async () => {
  const files = [
    createSourceFile(
      'a.alloy',
      'prometheus.scrape "s" {\n targets = []\n forward_to = [prometheus.remote_write.w.receiver]\n}\n',
    ),
    createSourceFile('b.alloy', 'prometheus.remote_write "w" { nope = 1 }\n'),
  ];
  const options = { stability: 'generally-available', communityComponents: false, content: true } as const;
  const { diagnostics } = await checkConfiguration(parseConfiguration(files), options);
  expect(diagnostics.map(formatDiagnostic)).toEqual(['b.alloy:1:31: unrecognized attribute name "nope"']);
});

test('each cycle is found once, without nodes that are not part of it', () => {
  const edges: Record<string, string[]> = { a: ['b'], b: ['c'], c: ['a', 'd'], d: ['e'], e: ['d'], f: ['a', 'f'] };
  const found = findCycles(Object.keys(edges), (node) => edges[node] ?? []);
  expect(found.map((group) => group.sort().join(''))).toEqual(['de', 'abc']);
});
