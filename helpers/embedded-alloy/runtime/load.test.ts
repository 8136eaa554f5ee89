import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Registry } from 'prom-client';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { DiagnosticError, formatDiagnostic } from '../language/syntax/diagnostic.ts';
import type { Graph } from './graph.ts';
import { loadGraph } from './load.ts';
import { createLog } from './logger.ts';

let directory = '';
let lines: string[] = [];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'load-'));
  lines = [];
});

afterEach(() => rmSync(directory, { recursive: true }));

function load(text: string, environment: Record<string, string> = {}): Promise<Graph> {
  const path = join(directory, 'case.alloy');
  writeFileSync(path, text);
  return loadGraph(path, {
    environment,
    storagePath: join(directory, 'data'),
    registry: new Registry(),
    log: createLog((line) => lines.push(line)),
    stability: 'generally-available',
    communityComponents: false,
  });
}

async function findProblems(text: string, environment: Record<string, string> = {}): Promise<string[]> {
  try {
    await load(text, environment);
  } catch (error) {
    if (error instanceof DiagnosticError) {
      return error.diagnostics.map((found) => formatDiagnostic(found).replace(`${join(directory, 'case.alloy')}:`, ''));
    }
    throw error;
  }
  return [];
}

test('components are created in the order of their references, not of the file', async () => {
  const graph = await load(
    `
    otelcol.exporter.otlphttp "e" {
      client {
        endpoint = sys.env("ENDPOINT")
        auth     = otelcol.auth.basic.a.handler
      }
    }
    otelcol.auth.basic "a" {
      username = "u"
      password = "p"
    }
  `,
    { ENDPOINT: 'http://127.0.0.1:1' },
  );
  expect(graph.components).toMatchObject([
    {
      name: 'otelcol.auth.basic',
      label: 'a',
      localID: 'otelcol.auth.basic.a',
      referencesTo: [],
      referencedBy: ['otelcol.exporter.otlphttp.e'],
      dataFlowEdgesTo: ['otelcol.exporter.otlphttp.e'],
    },
    { localID: 'otelcol.exporter.otlphttp.e', referencesTo: ['otelcol.auth.basic.a'], dataFlowEdgesTo: [] },
  ]);
  expect(graph.components[0]?.health().state).toBe('healthy');
});

test('there is an edge for each reference to a consumer, to targets or to a handler', async () => {
  const graph = await load(`
    otelcol.auth.basic "a" {
      username = "u"
      password = "p"
    }
    otelcol.exporter.otlphttp "e" {
      client {
        endpoint = "http://127.0.0.1:1"
        auth     = otelcol.auth.basic.a.handler
      }
    }
    otelcol.processor.batch "b" {
      output {
        traces = [otelcol.exporter.otlphttp.e.input]
        logs   = [otelcol.exporter.otlphttp.e.input]
      }
    }
    discovery.relabel "d" { targets = [] }
    prometheus.remote_write "w" { }
    prometheus.scrape "s" {
      targets    = array.concat(discovery.relabel.d.output, discovery.relabel.d.output)
      forward_to = [prometheus.remote_write.w.receiver, prometheus.remote_write.w.receiver]
    }
  `);
  const edges = graph.components.map(({ localID, dataFlowEdgesTo }) => [localID, dataFlowEdgesTo]);
  expect(Object.fromEntries(edges)).toEqual({
    'otelcol.auth.basic.a': ['otelcol.exporter.otlphttp.e'],
    'otelcol.exporter.otlphttp.e': [],
    'otelcol.processor.batch.b': ['otelcol.exporter.otlphttp.e', 'otelcol.exporter.otlphttp.e'],
    'discovery.relabel.d': ['prometheus.scrape.s', 'prometheus.scrape.s'],
    'prometheus.remote_write.w': [],
    'prometheus.scrape.s': ['prometheus.remote_write.w', 'prometheus.remote_write.w'],
  });
});

test('a component can read single fields of what another one exports', async () => {
  const graph = await load(`
    discovery.relabel "d" {
      targets = [{"__address__" = "a:1", "job" = "j"}]
      rule {
        source_labels = ["job"]
        target_label  = "copy"
      }
    }
    otelcol.auth.basic "a" {
      username = discovery.relabel.d.output[0].copy + discovery.relabel.d.output[0]["__address__"]
      password = "p"
    }
  `);
  expect(graph.components.map(({ localID }) => localID)).toEqual(['discovery.relabel.d', 'otelcol.auth.basic.a']);
});

// Recorded from `alloy run` 1.18.
test.each<[string, string[]]>([
  [
    'otelcol.exporter.otlphttp "e" {\n\tclient {\n\t\tendpoint = "127.0.0.1:1"\n\t}\n}\n',
    ['1:1: Failed to build component: building component: endpoint must be a valid URL'],
  ],
  [
    'prometheus.scrape "x" {\n targets = []\n forward_to = []\n scrape_interval = sys.env("NONE")\n}\n',
    ['4:20: sys.env("NONE") time: invalid duration ""'],
  ],
  [
    'otelcol.auth.basic "a" {\n username = "u"\n}\notelcol.exporter.otlphttp "e" {\n client {\n  endpoint = "http://a"\n  auth = otelcol.auth.basic.a.handler\n }\n}\nlogging {\n level = "loud"\n}\n',
    [
      '10:1: Failed to evaluate node for config block: decoding configuration: 11:10: "loud" unrecognized log level "loud"',
      '1:1: Failed to build component: decoding configuration: no password provided',
    ],
  ],
  [
    'otelcol.auth.basic "a" {\n username = "u"\n password = "p"\n}\notelcol.receiver.otlp "r" {\n output {\n  traces = [otelcol.auth.basic.a.handler]\n }\n}\n',
    ['7:13: otelcol.auth.basic.a.handler expected capsule("otelcol.Consumer"), got capsule("auth.Handler")'],
  ],
  ['foo.bar "x" { }\n', ['1:1: cannot find the definition of component name "foo.bar"']],
  [
    'prometheus.scrape "x" {\n targets = []\n forward_to = [nope.y]\n}\n',
    ['3:16: component "nope.y" does not exist or is out of scope'],
  ],
  ['discovery.relabel "a" {\n targets = discovery.relabel.a.output\n}\n', ['1:1: cannot reference self']],
  ['logging {\n level = \n}\n', ['3:1: expected expression, got }']],
])('%j fails before anything starts', async (text, expected) => {
  const found = await findProblems(text);
  expect(found.map((line) => line.replace(`${join(directory, 'case.alloy')}:`, ''))).toEqual(expected);
});

test.each([
  ['loki.echo "e" { }\n', 'component "loki.echo" is not implemented'],
  ['remotecfg { }\n', 'block "remotecfg" is not implemented'],
  ['declare "d" { }\n', 'block "declare" is not implemented'],
  ['http {\n tls { }\n}\n', 'TLS and authentication of the HTTP server is not implemented'],
])('%j is refused with a reference to a real Alloy', async (text, expected) => {
  expect(await findProblems(text)).toEqual([
    expect.stringContaining(`${expected} by the embedded Alloy; a real Alloy`),
  ]);
});

test('the embedded Alloy can scrape its own metrics', async () => {
  const graph = await load(
    'prometheus.exporter.self "me" { }\nprometheus.scrape "s" {\n targets = prometheus.exporter.self.me.targets\n forward_to = []\n}\n',
  );
  expect(graph.components.map(({ localID }) => localID)).toEqual([
    'prometheus.exporter.self.me',
    'prometheus.scrape.s',
  ]);
});

test('a deprecated function works and causes a warning in the configured log format', async () => {
  await load(
    'logging {\n format = "json"\n level = "warn"\n}\notelcol.auth.basic "a" {\n username = env("U")\n password = "p"\n}\n',
    {
      U: 'me',
    },
  );
  expect(lines.map((line) => JSON.parse(line))).toMatchObject([
    { level: 'warn', msg: expect.stringContaining('deprecated'), function: 'env' },
  ]);
});

test('an empty configuration is an empty graph', async () => {
  expect((await load('')).components).toEqual([]);
});
