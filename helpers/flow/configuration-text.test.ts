import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { findAttribute, listReferences, listVariables, nameWritten, readBlocks } from './configuration-text.ts';

const shipped = readFileSync(new URL('../../grafana-alloy/config.alloy', import.meta.url), 'utf8');

test('each component of the shipped configuration is found at its line', () => {
  const lines = shipped.split('\n');
  const blocks = readBlocks(shipped);
  expect(blocks.length).toBe(lines.filter((line) => /^[a-z].*\{$/.test(line)).length);
  for (const { name, label, line } of blocks) {
    expect(lines[line - 1]).toBe(label === undefined ? `${name} {` : `${name} "${label}" {`);
  }
});

test('an attribute is found in the blocks around it, with its line, variables and references', () => {
  const exporter = readBlocks(shipped).find(
    (block) => nameWritten(block) === 'otelcol.exporter.otlphttp.grafana_cloud',
  );
  const endpoint = findAttribute(exporter, 'client', 'endpoint');
  expect(shipped.split('\n')[(endpoint?.line ?? 0) - 1]).toContain('endpoint = sys.env("GRAFANA_CLOUD_OTLP_ENDPOINT")');
  expect(endpoint && listVariables(endpoint)).toEqual(['GRAFANA_CLOUD_OTLP_ENDPOINT']);
  const auth = findAttribute(exporter, 'client', 'auth');
  expect(auth && listReferences(auth)).toEqual(['otelcol.auth.basic.grafana_cloud']);
  expect(findAttribute(exporter, 'client', 'headers')).toBeUndefined();
});

test('comments, strings with braces and lists over several lines are no structure', () => {
  const [block] = readBlocks(`
    prometheus.scrape "a" { // "{"
      /* } */ targets = [{
        "__address__" = "x}y", // a comment
        "job" = \`{\`,
      }]
      forward_to = []
      rule { regex = "a{1,2}" }
      rule { regex = "b" }
    }`);
  expect(block).toMatchObject({
    name: 'prometheus.scrape',
    label: 'a',
    line: 2,
    attributes: [
      { name: 'targets', line: 3, expression: '[{ "__address__"="x}y", "job"=`{`, }]' },
      { name: 'forward_to', line: 7, expression: '[]' },
    ],
    blocks: [
      { name: 'rule', line: 8, attributes: [{ name: 'regex', expression: '"a{1,2}"' }] },
      { name: 'rule', line: 9 },
    ],
  });
});

test.each(['', '}', '= "x"', 'a "b', 'a {', 'a = [', '\u0000{{{'])('%j gives no error', (text) => {
  expect(() => readBlocks(text)).not.toThrow();
});
