/** What a receiver that takes no export is told to have. */
import { expect, test } from 'vitest';
import type { Setting } from '../clients/alloy-graph.ts';
import { readBlocks } from '../flow/configuration-text.ts';
import { change, text, workingFlow } from '../flow/testing/recorded-flow.ts';
import type { FailedExport } from '../otlp/failed-export.ts';
import { explain } from './diagnose.ts';
import { RECEIVER, symptoms, trace } from './testing/symptoms.ts';

/** The recorded pipeline with a receiver whose block of a protocol has one more setting, and what Alloy says of that. */
function receiving(protocol: string, setting: string, body: readonly Setting[] = []) {
  const [written] = readBlocks(`otelcol.receiver.otlp "services" {\n\t${protocol} {\n\t\t${setting}\n\t}\n}\n`);
  return change(workingFlow(), RECEIVER, {
    ...(written && { written }),
    settings: [
      ...['grpc', 'http'].map((name) => ({
        name,
        body: [text('endpoint', '0.0.0.0:1'), ...(name === protocol ? body : [])],
      })),
      { name: 'output', body: ['traces', 'metrics', 'logs'].map((signal) => list(signal, 'x')) },
    ],
  });
}

const list = (name: string, ...values: string[]) => ({
  name,
  value: { type: 'array', value: values.map((value) => ({ type: 'string', value })) },
});
const unsent = (failed: Partial<FailedExport>) => ({
  evidence: {
    kind: 'error',
    message: 'x',
    failed: { protocol: 'http', url: 'http://127.0.0.1:1/v1/logs', signal: 'logs', reason: '', ...failed },
  } as const,
  needs: [],
});

test.each([
  ['http', 'max_request_body_size = "256B"', 'HTTP 400', 'http: request body too large', []],
  [
    'http',
    'compression_algorithms = ["zstd"]',
    'HTTP 400',
    'unsupported Content-Encoding: gzip',
    [list('compression_algorithms', 'zstd')],
  ],
  ['http', 'auth = otelcol.auth.basic.x.handler', 'HTTP 401', '', []],
  ['http', 'tls {\n\t\t}', undefined, 'other side closed', []],
  ['grpc', 'max_recv_msg_size = "1B"', 'RESOURCE_EXHAUSTED', 'grpc: received message larger than max (80 vs. 1)', []],
  ['grpc', 'tls {\n\t\t}', undefined, 'No connection established. Last error: Error: read ECONNRESET', []],
] as const)('the %s block of a receiver has %s: it answers %s, %s', (protocol, setting, status, reason, body) => {
  const own = unsent({ protocol, reason, ...(status !== undefined && { status }) });
  const found = { kind: 'receiver setting refuses', protocol, place: { setting: setting.split(' ')[0], line: 3 } };
  expect(explain(symptoms({ ...own, flow: receiving(protocol, setting, body) }))).toMatchObject(found);
  expect(explain(symptoms({ ...own, flow: receiving(protocol, 'keepalive {\n\t\t}') }))?.kind).not.toBe(found.kind);
});

test('what a service is answered has that cause, if it sends to this receiver', () => {
  const flow = receiving('http', 'max_request_body_size = "256B"');
  const asking = (address: string) => {
    const outage = { of: 'x', reason: 'it answered HTTP 400', status: 400, address, signals: ['traces'] as const };
    return symptoms({
      ...trace,
      flow,
      services: [{ part: 'api', outages: [outage], exports: {}, returned: [], errors: [] }],
    });
  };
  expect(explain(asking('http://127.0.0.1:1'))).toMatchObject({ place: { setting: 'max_request_body_size' } });
  expect(explain(asking('http://127.0.0.1:4399'))?.kind).not.toBe('receiver setting refuses');
});

test('an answer that no setting explains is told with its words, and what stands behind', () => {
  const own = unsent({ status: 'HTTP 503', reason: 'data refused due to high memory usage' });
  expect(explain(symptoms({ ...own, flow: workingFlow() }))).toMatchObject({
    kind: 'receiver refuses',
    place: { component: RECEIVER },
    between: [{ component: 'otelcol.processor.batch.services' }],
    answer: { status: 'HTTP 503', reason: 'data refused due to high memory usage' },
  });
});
