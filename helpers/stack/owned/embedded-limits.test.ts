import { expect, test } from 'vitest';
import { refuseMissing } from './embedded-limits.ts';

const missing =
  'Error: /x/config.alloy:32:1: Failed to build component: component "otelcol.processor.filter" is not implemented by the embedded Alloy; a real Alloy has it: name one in ALLOY_BIN';
const unsupported =
  'Error: /x/config.alloy:9:1: Failed to build component: the embedded Alloy does not implement auth of otelcol.receiver.otlp: run this with a real Grafana Alloy (ALLOY_BIN)';
const end = 'Error: could not perform the initial load successfully';

test('a configuration that needs a real Alloy is refused, with all that it needs one for', () => {
  expect(() => refuseMissing([missing, '', unsupported, end])).toThrow(
    'this configuration needs a real Alloy: /x/config.alloy:32:1: component "otelcol.processor.filter" is not implemented by the embedded Alloy; ' +
      '/x/config.alloy:9:1: the embedded Alloy does not implement auth of otelcol.receiver.otlp.',
  );
});

test.each([
  ['it is wrong as well', [missing, 'Error: /x/config.alloy:3:15: expected block label', end]],
  ['Alloy ended over something else', ['Error: failed to listen on 127.0.0.1:1: EACCES']],
  ['nothing was logged', []],
])('it is not refused where %s', (_, lines) => {
  expect(() => refuseMissing(lines)).not.toThrow();
});
