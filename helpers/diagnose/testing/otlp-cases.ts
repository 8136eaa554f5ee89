import { sampleRun } from '../../clients/testing/sample-run.ts';
import { readBlocks } from '../../flow/configuration-text.ts';
import type { Flow } from '../../flow/flow.ts';
import { change, count, text, workingFlow } from '../../flow/testing/recorded-flow.ts';
import {
  AUTH,
  accepting,
  asked,
  BATCH,
  type Cases,
  delivering,
  droppedSpans,
  EARLIER,
  EXPORTER,
  exportLine,
  keptSpans,
  line,
  logs,
  RECEIVER,
  trace,
  writeLine,
} from './symptoms.ts';

const external = sampleRun({ stack: 'external' });
const denied = (errorType: string) => {
  const labels = {
    __name__: 'otelcol_exporter_send_failed_spans_total',
    component_id: EXPORTER,
    error_type: errorType,
  };
  const flow = accepting();
  return { ...flow, metrics: [...flow.metrics, { labels, time: 0, value: 3 }] };
};
const output = (...signals: string[]) => ({
  name: 'output',
  body: signals.map((name) => ({ name, value: { type: 'array', value: [{ type: 'capsule', value: 'x' }] } })),
});
const oldLine = exportLine(404).map((one) => ({ ...one, time: Date.parse(EARLIER) }));
const listening = (http: string) => {
  const endpoint = (protocol: string, value: string) => ({ name: protocol, body: [text('endpoint', value)] });
  const settings = [endpoint('grpc', '0.0.0.0:1'), endpoint('http', http), output('traces', 'metrics', 'logs')];
  return change(workingFlow(), RECEIVER, { settings });
};
const limited = (setting = 'max_request_body_size = "256B"') => {
  const [written] = readBlocks(`otelcol.receiver.otlp "services" {\n\thttp {\n\t\t${setting}\n\t}\n}\n`);
  return change(workingFlow(), RECEIVER, { ...(written && { written }) });
};
const unsent = (status: string, reason: string) => {
  const failed = { protocol: 'http', url: 'http://127.0.0.1:1/v1/traces', signal: 'traces', status, reason } as const;
  return { evidence: { kind: 'error', message: 'x', failed } as const, needs: [] };
};
const refusedService = (address: string) => ({
  ...trace,
  services: [
    {
      part: 'api' as const,
      outages: [{ of: 'x', reason: 'it answered HTTP 400', status: 400, address, signals: ['traces' as const] }],
      exports: {},
      returned: [],
      errors: [],
    },
  ],
});
const overGrpc = (endpoint: string) => {
  const flow = change(accepting(), EXPORTER, {
    name: 'otelcol.exporter.otlp',
    settings: [{ name: 'client', body: [text('endpoint', endpoint)] }],
  });
  return flow;
};
const withTimeout = (timeout: string) =>
  change(accepting(), BATCH, { settings: [text('timeout', timeout), output('traces', 'metrics', 'logs')] });

const sendingTo = (endpoint: string) =>
  change(droppedSpans, EXPORTER, { settings: [{ name: 'client', body: [text('endpoint', endpoint)] }] });
function smallQueue(): Flow {
  const [written] = readBlocks('otelcol.exporter.otlphttp "x" {\n\tsending_queue {\n\t\tqueue_size = 1\n\t}\n}\n');
  return change(keptSpans, EXPORTER, { ...(written && { written }) });
}
const givingUp = () => {
  const [written] = readBlocks('otelcol.exporter.otlphttp "x" {\n\tclient {\n\t\ttimeout = "1ms"\n\t}\n}\n');
  return change(keptSpans, EXPORTER, { ...(written && { written }) });
};
const withTracesEndpoint = () =>
  change(droppedSpans, EXPORTER, { settings: [text('traces_endpoint', 'http://h/otlp/traces')] });
const compressing = () => {
  const [written] = readBlocks('otelcol.exporter.otlphttp "x" {\n\tclient {\n\t\tcompression = "zstd"\n\t}\n}\n');
  return change(droppedSpans, EXPORTER, { ...(written && { written }) });
};
const refusing = (message: string) =>
  line(
    EXPORTER,
    'Exporting failed. Dropping data.',
    `request to http://h/otlp/v1/traces responded with HTTP Status Code 400, Message=${message}`,
  );
const takingTracesAt = (path: string) => {
  const http = { name: 'http', body: [text('traces_url_path', path)] };
  return change(workingFlow(), RECEIVER, { settings: [http, output('traces', 'metrics', 'logs')] });
};

/** Rules about what travels over OTLP. */
export const otlpCases: Cases = {
  'no OTLP receiver': {
    speaks: { ...trace, flow: { ...workingFlow(), components: [] } },
    finds: { file: 'grafana-alloy/config.alloy' },
    silent: {
      'it has one': { ...trace, flow: workingFlow() },
      'what was asked is scraped': { flow: { ...workingFlow(), components: [] } },
      'Alloy does not describe its components': { ...trace, flow: undefined },
    },
  },
  'signal without output': {
    speaks: { ...trace, flow: change(workingFlow(), BATCH, { settings: [output('metrics', 'logs')] }) },
    finds: {
      signal: 'traces',
      place: { component: BATCH },
      example: '[otelcol.exporter.otlphttp.grafana_cloud.input]',
    },
    silent: {
      'another signal has none': {
        ...logs,
        flow: change(workingFlow(), BATCH, { settings: [output('metrics', 'logs')] }),
      },
      'Alloy reports no arguments': { ...trace, flow: change(accepting(), BATCH, { settings: undefined } as object) },
      'an assertion failed that is about something else': {
        evidence: { kind: 'error', message: 'expected 1 to be 2' },
        needs: [],
        flow: change(workingFlow(), BATCH, { settings: [output('metrics', 'logs')] }),
      },
      'what refuses is for another signal': {
        evidence: { kind: 'error', message: 'expected 1 to be 2' },
        needs: [],
        flow: count(change(workingFlow(), BATCH, { settings: [output('metrics', 'logs')] }), {
          [RECEIVER]: { otelcol_receiver_refused_log_records_total: 1 },
        }),
      },
    },
  },
  'exporter of another protocol': {
    speaks: { ...trace, flow: overGrpc('https://h/otlp') },
    finds: { place: { component: EXPORTER } },
    silent: {
      'it has the address of a gRPC server': { ...trace, flow: overGrpc('h:4317') },
      'the URL has no path': { ...trace, flow: overGrpc('http://h:4317') },
      'it speaks HTTP': { ...trace, flow: accepting() },
      'it has sent traces': {
        ...trace,
        flow: count(overGrpc('https://h/otlp'), { [EXPORTER]: { otelcol_exporter_sent_spans_total: 5 } }),
      },
    },
  },
  'endpoint of another service': {
    speaks: { ...trace, flow: sendingTo('https://h/tempo'), alloyLog: exportLine(401) },
    finds: { service: 'OTLP', other: 'TEMPO', status: 401, place: { component: EXPORTER, setting: 'endpoint' } },
    silent: {
      'it is the gateway': { ...trace, flow: sendingTo('https://h/otlp'), alloyLog: exportLine(401) },
      'it gets through': { ...trace, flow: delivering() },
    },
  },
  'signal endpoint not found': {
    speaks: { ...trace, flow: withTracesEndpoint(), alloyLog: exportLine(404) },
    finds: { signal: 'traces', status: 404, place: { component: EXPORTER, setting: 'traces_endpoint' } },
    silent: {
      'it has none of its own': { ...trace, flow: droppedSpans, alloyLog: exportLine(404) },
      'the login is refused': { ...trace, flow: withTracesEndpoint(), alloyLog: exportLine(401) },
    },
  },
  'compression refused': {
    speaks: { ...trace, flow: compressing(), alloyLog: refusing('unsupported Content-Encoding: zstd') },
    finds: { status: 400, place: { component: EXPORTER, setting: 'compression' } },
    silent: {
      'it refuses something else': { ...trace, flow: compressing(), alloyLog: refusing('bad span') },
      'nothing is set': { ...trace, flow: droppedSpans, alloyLog: refusing('unsupported Content-Encoding: zstd') },
    },
  },
  'answer awaited too briefly': {
    speaks: { ...trace, flow: givingUp(), alloyLog: exportLine('context deadline exceeded') },
    finds: { place: { component: EXPORTER, setting: 'timeout' } },
    silent: {
      'it can’t be reached': { ...trace, flow: givingUp(), alloyLog: exportLine('connection refused') },
      'no time is set': { ...trace, flow: keptSpans, alloyLog: exportLine('context deadline exceeded') },
    },
  },
  'receiver at another path': {
    speaks: { ...trace, flow: takingTracesAt('/x') },
    finds: { signal: 'traces', path: '/x', place: { component: RECEIVER, setting: 'traces_url_path' } },
    silent: {
      'another signal has one': { ...logs, flow: takingTracesAt('/x') },
      'it is the usual one': { ...trace, flow: takingTracesAt('/v1/traces') },
      'it has accepted some over HTTP': {
        ...trace,
        flow: {
          ...takingTracesAt('/x'),
          metrics: [
            {
              labels: { __name__: 'otelcol_receiver_accepted_spans_total', component_id: RECEIVER, transport: 'http' },
              time: 0,
              value: 1,
            },
          ],
        },
      },
    },
  },
  'OTLP login refused': {
    speaks: {
      ...trace,
      flow: droppedSpans,
      alloyLog: exportLine(401),
      refusals: [{ service: 'otlp', user: '1461503', reason: 'wrong token', count: 3 }],
    },
    finds: {
      login: 'basic',
      instanceId: '1461503',
      reason: 'wrong token',
      place: { component: AUTH, setting: 'username' },
    },
    silent: {
      'the export failed for another reason': { ...trace, flow: denied('Unavailable') },
      'the exporter refuses another signal': { ...logs, flow: droppedSpans, alloyLog: exportLine(401) },
      'only what was scraped was refused': { ...trace, flow: accepting(), alloyLog: writeLine('401 Unauthorized') },
      'that is another exporter': {
        ...trace,
        flow: droppedSpans,
        alloyLog: exportLine(401, undefined, 'otelcol.exporter.otlphttp.x'),
      },
      'an external Alloy dropped that before the question': {
        ...asked({ path: 'otlp', lostBefore: 3, subject: { kind: 'traces', query: '{}' } }),
        run: external,
        flow: denied('Unauthenticated'),
      },
    },
  },
  'OTLP path not found': {
    speaks: { ...trace, flow: droppedSpans, alloyLog: exportLine(404) },
    finds: { url: 'http://127.0.0.1:9/otlp', place: { component: EXPORTER, setting: 'endpoint' } },
    silent: {
      'the 404 is that of remote write': { ...trace, flow: droppedSpans, alloyLog: writeLine('404 Not Found') },
      'nothing was lost': { ...trace, flow: delivering(), alloyLog: exportLine(404) },
      'the 404 is from before the run': {
        ...trace,
        run: sampleRun({ startedAt: Date.parse('2026-11-26T00:00:05Z') }),
        flow: droppedSpans,
        alloyLog: oldLine,
      },
    },
  },
  'sending queue full': {
    speaks: { ...trace, flow: smallQueue(), alloyLog: exportLine('sending queue is full') },
    finds: { place: { component: EXPORTER, setting: 'queue_size', expression: '1' } },
    silent: {
      'it has the default size': { ...trace, flow: keptSpans, alloyLog: exportLine('sending queue is full') },
      'nobody listens': { ...trace, flow: smallQueue(), alloyLog: exportLine('connection refused') },
    },
  },
  'OTLP endpoint unreachable': {
    speaks: { ...trace, flow: keptSpans, alloyLog: exportLine('dial tcp 127.0.0.1:9: connect: connection refused') },
    finds: { reason: 'dial tcp 127.0.0.1:9: connect: connection refused', place: { component: EXPORTER } },
    silent: {
      'everything has been sent since': { ...trace, flow: delivering(), alloyLog: exportLine('connection refused') },
      'it answers': { ...trace, flow: keptSpans, alloyLog: exportLine(503) },
      'something has left, and more is on its way': {
        ...trace,
        flow: count(keptSpans, { [EXPORTER]: { otelcol_exporter_sent_spans_total: 2 } }),
      },
      'the question was refused while the first export was on its way': {
        ...asked({ path: 'otlp', subject: { kind: 'traces', query: '{}' }, elapsedMs: 300 }),
        flow: keptSpans,
      },
    },
  },
  'OTLP export refused': {
    speaks: { ...trace, flow: keptSpans, alloyLog: exportLine(429) },
    finds: { status: 429, signals: ['traces'], place: { component: EXPORTER, setting: 'endpoint' } },
    silent: {
      'it gives no answer': { ...trace, flow: keptSpans, alloyLog: exportLine('connection refused') },
      'traces were answered so, and logs are asked about': { ...logs, flow: keptSpans, alloyLog: exportLine(429) },
    },
  },
  'receiver elsewhere': {
    speaks: { ...trace, flow: listening('0.0.0.0:4399') },
    finds: { protocol: 'http', endpoint: '0.0.0.0:4399', asked: 'http://127.0.0.1:1', place: { component: RECEIVER } },
    silent: {
      'it listens there': { ...trace, flow: listening('0.0.0.0:1') },
      'it has accepted some': {
        ...trace,
        flow: count(listening('0.0.0.0:4399'), { [RECEIVER]: { otelcol_receiver_accepted_spans_total: 1 } }),
      },
      'a container has other ports inside': {
        ...trace,
        run: sampleRun({ alloy: { ...sampleRun().alloy, kind: 'container' } }),
        flow: listening('0.0.0.0:4399'),
      },
    },
  },
  'receiver setting refuses': {
    speaks: { ...unsent('HTTP 400', 'http: request body too large'), flow: limited() },
    finds: {
      protocol: 'http',
      status: 'HTTP 400',
      place: { component: RECEIVER, setting: 'max_request_body_size', expression: '"256B"', line: 3 },
    },
    silent: {
      'the answer has another reason': { ...unsent('HTTP 400', 'invalid character'), flow: limited() },
      'the receiver has no such setting': {
        ...unsent('HTTP 400', 'http: request body too large'),
        flow: workingFlow(),
      },
      'a service is refused elsewhere': { ...refusedService('http://127.0.0.1:4399'), flow: limited() },
    },
  },
  'receiver refuses': {
    speaks: { ...trace, flow: count(workingFlow(), { [RECEIVER]: { otelcol_receiver_refused_spans_total: 2 } }) },
    finds: { signal: 'traces', place: { component: RECEIVER }, between: [{ component: BATCH }] },
    silent: {
      'it has accepted some': {
        ...trace,
        flow: accepting({
          [RECEIVER]: { otelcol_receiver_refused_spans_total: 2, otelcol_receiver_accepted_spans_total: 1 },
        }),
      },
      'it refuses another signal': {
        ...logs,
        flow: count(workingFlow(), { [RECEIVER]: { otelcol_receiver_refused_spans_total: 2 } }),
      },
    },
  },
  'nothing accepted over OTLP': {
    speaks: { ...trace, flow: workingFlow() },
    finds: { signal: 'traces', grpc: '127.0.0.1:1', http: 'http://127.0.0.1:1' },
    silent: {
      'spans were accepted': { ...trace, flow: accepting() },
      'Alloy could not be asked': { ...trace, alloyAnswers: false, flow: undefined },
      'what was asked is scraped': { flow: workingFlow() },
    },
  },
  'held too long': {
    speaks: { ...trace, flow: withTimeout('10m') },
    finds: { place: { component: BATCH, setting: 'timeout' }, timeout: '10m' },
    silent: {
      'the criterion waited for longer': { ...trace, flow: withTimeout('2s') },
      'the run waits for as long as that': {
        ...trace,
        run: sampleRun({ intervals: { ...sampleRun().intervals, otlpBatch: 600_000 } }),
        flow: withTimeout('10m'),
      },
      'something has left': {
        ...trace,
        flow: count(withTimeout('10m'), { [EXPORTER]: { otelcol_exporter_sent_spans_total: 1 } }),
      },
    },
  },
  'nothing exported over OTLP': {
    speaks: { ...trace, flow: accepting() },
    finds: { signal: 'traces', between: [{ component: BATCH }] },
    silent: {
      'some were sent': { ...trace, flow: accepting({ [EXPORTER]: { otelcol_exporter_sent_spans_total: 1 } }) },
      'an exporter tried': { ...trace, flow: droppedSpans },
      'nothing was accepted': { ...trace, flow: workingFlow() },
    },
  },
};
