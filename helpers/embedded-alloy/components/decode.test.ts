import { inspect } from 'node:util';
import { expect, test } from 'vitest';
import { createStandardLibrary } from '../language/stdlib/stdlib.ts';
import { DiagnosticError, formatDiagnostic } from '../language/syntax/diagnostic.ts';
import { parse } from '../language/syntax/parse.ts';
import { createSourceFile } from '../language/syntax/source.ts';
import { type Evaluated, evaluateBlock } from '../schema/decode.ts';
import type { BlockSchema } from '../schema/schema.ts';
import type { Setting } from '../schema/settings.ts';
import { otlpHttpExporterBlock } from './otelcol-exporter-otlphttp/block.ts';
import { batchProcessorBlock } from './otelcol-processor-batch/block.ts';
import { remoteWriteBlock } from './prometheus-remote-write/block.ts';
import { scrapeBlock } from './prometheus-scrape/block.ts';

const library = createStandardLibrary({ INTERVAL: '1s' });

function decode<Args>(schema: BlockSchema<Args>, body: string): Args {
  return evaluate(schema, body).args;
}

function describe<Args>(schema: BlockSchema<Args>, body: string): readonly Setting[] {
  return evaluate(schema, body).settings;
}

function evaluate<Args>(schema: BlockSchema<Args>, body: string): Evaluated<Args> {
  const file = createSourceFile('case.alloy', `block "x" {\n${body}\n}\n`);
  const [block] = parse(file).body;
  if (block?.kind !== 'block') {
    throw new Error('no block');
  }
  return evaluateBlock({ file, lookup: (name) => library.get(name) }, block, schema);
}

test('durations become milliseconds, sizes become bytes, and missing attributes get their defaults', () => {
  const args = decode(
    scrapeBlock,
    'targets = [{__address__ = "a:1", port = 9090}]\nforward_to = []\nbody_size_limit = "1MiB512KiB"\nscrape_interval = coalesce(sys.env("INTERVAL"), "60s")\nscrape_timeout = "1s"',
  );
  expect(args).toMatchObject({
    targets: [{ __address__: 'a:1', port: '9090' }],
    scrape_interval: 1000,
    body_size_limit: 1.5 * 1024 * 1024,
    metrics_path: '/metrics',
    honor_timestamps: true,
    follow_redirects: true,
    basic_auth: undefined,
  });
});

test('inner blocks become objects and arrays, and missing ones get defaults where Alloy has them', () => {
  const args = decode(
    remoteWriteBlock,
    'endpoint {\nurl = "http://a"\nbasic_auth { password = "p" }\n}\nendpoint {\nurl = "http://b"\n}',
  );
  expect(args.endpoint.map(({ url }) => url)).toEqual(['http://a', 'http://b']);
  expect(args.endpoint[1]?.queue_config.batch_send_deadline).toBe(5000);
  expect(args.endpoint[0]?.basic_auth?.password.reveal()).toBe('p');
  expect(args.endpoint[1]?.basic_auth).toBeUndefined();
});

test('printing, inspecting or serialising a decoded secret does not show it', () => {
  const args = decode(remoteWriteBlock, 'endpoint {\nurl = "http://a"\nbasic_auth { password = "hunter2" }\n}');
  const shown = [inspect(args, { depth: 9 }), JSON.stringify(args), String(args.endpoint[0]?.basic_auth?.password)];
  expect(shown.join()).not.toContain('hunter2');
  expect(shown[2]).toBe('(secret)');
});

test('integers out of range wrap and fractions are truncated, as in Alloy', () => {
  const body = 'output { }\nsend_batch_max_size = 0\nsend_batch_size = ';
  expect(decode(batchProcessorBlock, `${body}-1`).send_batch_size).toBe(4294967295);
  expect(decode(batchProcessorBlock, `${body}1.9`).send_batch_size).toBe(1);
  expect(decode(batchProcessorBlock, `${body}"42"`).send_batch_size).toBe(42);
});

// Recorded from `alloy run` 1.18.
test.each([
  ['case.alloy:2:1: unrecognized attribute name "nope"', batchProcessorBlock, 'nope = 1'],
  ['case.alloy:2:1: unrecognized block name "constructor"', batchProcessorBlock, 'constructor { }'],
  [
    'case.alloy:3:1: attribute "timeout" may only be provided once',
    batchProcessorBlock,
    'timeout = "1s"\ntimeout = "1s"',
  ],
  ['case.alloy:2:1: block "output" may only be specified once', batchProcessorBlock, 'output { }\noutput { }'],
  ['case.alloy:2:1: block "output" does not support specifying labels', batchProcessorBlock, 'output "x" { }'],
  ['case.alloy:2:11: true should be string, got bool', batchProcessorBlock, 'timeout = true'],
  ['case.alloy:2:11: "1" time: missing unit in duration "1"', batchProcessorBlock, 'timeout = "1"'],
  ['case.alloy:2:21: {} should be string, got object', scrapeBlock, 'params = {a = ["x", {}]}'],
  ["case.alloy:2:12: 1 target::ConvertFrom: conversion from 'int64' is not supported", scrapeBlock, 'targets = [1]'],
  ['case.alloy:3:10: 5 should be array, got number', batchProcessorBlock, 'output {\ntraces = 5 }'],
  ['case.alloy:3:11: 5 should be capsule, got number', batchProcessorBlock, 'output {\ntraces = [5] }'],
])('%s', (expected, schema, body) => {
  let found = '';
  try {
    decode<unknown>(schema, body);
  } catch (error) {
    found = error instanceof DiagnosticError ? error.diagnostics.map(formatDiagnostic).join() : String(error);
  }
  expect(found).toBe(expected);
});

test.each([
  ['missing required block "output"', batchProcessorBlock, ''],
  [
    'send_batch_max_size must be greater or equal to send_batch_size when not 0',
    batchProcessorBlock,
    'output { }\nsend_batch_size = -1',
  ],
  [
    'scrape_timeout (5s) greater than scrape_interval (1s) for scrape config with job name ""',
    scrapeBlock,
    'targets = []\nforward_to = []\nscrape_interval = "1s"\nscrape_timeout = "5s"',
  ],
  [
    'queue_size must be greater than zero',
    otlpHttpExporterBlock,
    'client { endpoint = "http://a" }\nsending_queue { queue_size = 0 }',
  ],
  ['should be number, got null', batchProcessorBlock, 'send_batch_size = -null'],
])('a block with missing or conflicting arguments fails with %j', (expected, schema, body) => {
  expect(() => decode<unknown>(schema, body)).toThrow(expected);
});

test.each([
  [
    'what has its default is left out',
    'enable_compression = true\nbearer_token = ""\nclustering { enabled = false }',
    {},
  ],
  [
    'what differs from it is shown',
    'body_size_limit = "1536KiB"\nsample_limit = 5\nhonor_labels = true',
    {
      honor_labels: { type: 'bool', value: true },
      body_size_limit: { type: 'string', value: '1MiB512KiB' },
      sample_limit: { type: 'number', value: 5 },
    },
  ],
  ['a secret is hidden', 'bearer_token = "glc_x"', { bearer_token: { type: 'capsule', value: '(secret)' } }],
  [
    'the keys of a map are sorted',
    'params = { b = ["1"], a = [] }',
    {
      params: {
        type: 'object',
        value: [
          { key: 'a', value: { type: 'array', value: [] } },
          { key: 'b', value: { type: 'array', value: [{ type: 'string', value: '1' }] } },
        ],
      },
    },
  ],
  [
    'a block shows what its attributes do',
    'tls_config { insecure_skip_verify = true }',
    {
      tls_config: [{ name: 'insecure_skip_verify', type: 'attr', value: { type: 'bool', value: true } }],
    },
  ],
])('the API’s form of arguments: %s', (_, body, expected) => {
  const always = ['targets', 'forward_to', 'scrape_protocols', 'metric_name_escaping_scheme'];
  const settings = describe(scrapeBlock, `targets = []\nforward_to = []\n${body}`);
  const shown = settings.filter(({ name }) => !always.includes(name));
  expect(shown.map((setting) => [setting.name, setting.type === 'block' ? setting.body : setting.value])).toEqual(
    Object.entries(expected),
  );
});
