/** The causes of telemetry that is lost, doubled or changed behind Alloy: those of the mutants m01, m05 and m06 among them. */
import { describe, expect, test } from 'vitest';
import { describeFinding } from '../findings/finding-sentences.ts';
import { change, count, text } from '../flow/testing/recorded-flow.ts';
import { parseLog } from './alloy-log.ts';
import { explain } from './diagnose.ts';
import { deliveryCases, deliveryDetails } from './testing/delivery-cases.ts';
import {
  accepting,
  asked,
  delivering,
  droppedSamples,
  droppedSpans,
  EXPORTER,
  exportLine,
  keptSamples,
  keptSpans,
  logs,
  NOW,
  symptoms,
  trace,
  WRITE,
} from './testing/symptoms.ts';

const ENDPOINT = 'http://127.0.0.1:9/otlp';
const say = (changes: Parameters<typeof symptoms>[0]) => {
  const finding = explain(symptoms(changes));
  return finding && describeFinding(finding);
};
const direct = (status: number, message: string) => ({
  directAnswers: { traces: { endpoint: ENDPOINT, status, message, isWebPage: false } },
});

describe('a backend', () => {
  test('that refuses one signal (m01): the status, the signal, its own words and the place', () => {
    const said = say({ ...trace, flow: keptSpans, alloyLog: exportLine(429), ...direct(429, 'ingestion rate limit') });
    expect(said?.cause).toMatch(/answers 429 to traces of \S+ \(\S+config\.alloy:\d+\): ingestion rate limit$/);
    expect(said?.fix).toMatch(/limits of the stack raised.*sample traces/);
    expect(say({ ...logs, flow: delivering(), alloyLog: exportLine(429) })).toBeUndefined();
  });

  test.each([
    [403, /scope traces:write/],
    [413, /send_batch_max_size of otelcol\.processor\.batch\.services \(\S+:\d+\)/],
    [500, /the fault is there/],
    [503, /overloaded or not ready/],
    [504, /gives no answer/],
    [302, /redirects elsewhere/],
    [400, /refuses their content/],
  ])('that answers %i: what to change follows from the status', (status, fix) => {
    expect(say({ ...trace, flow: droppedSpans, alloyLog: exportLine(status) })?.fix).toMatch(fix);
  });

  test.each([
    [401, /scope traces:write/],
    [404, /serve \/v1\/traces, as it serves metrics and logs/],
  ])(
    'that answers %i to one signal and takes the others is neither the wrong login nor the wrong path',
    (status, fix) => {
      const flow = count(delivering(), { [EXPORTER]: { otelcol_exporter_send_failed_spans_total: 3 } });
      const said = say({ ...trace, flow, alloyLog: exportLine(status) });
      expect(said?.cause).toMatch(new RegExp(`answers ${status} to traces of .*, and takes metrics and logs`));
      expect(said?.fix).toMatch(fix);
    },
  );

  test('whose words Alloy has itself is not quoted from elsewhere, nor with another status', () => {
    const refused = { ...trace, flow: droppedSpans, alloyLog: exportLine(500) };
    expect(say({ ...refused, ...direct(200, 'fine') })?.cause).not.toContain('fine');
    const other = { traces: { endpoint: 'http://other/otlp', status: 500, message: 'there', isWebPage: false } };
    expect(say({ ...refused, directAnswers: other })?.cause).not.toContain('there');
  });

  test('that takes traces and holds none (m05)', () => {
    const said = say({ ...trace, absences: [{ items: 'spans', sent: 25 }] });
    expect(said?.cause).toMatch(
      /^the backend took 25 spans and holds none of them: \S+ \(\S+:\d+\) has sent them to http:/,
    );
  });

  test('that loses some of what it takes (m06)', () => {
    const said = say(deliveryCases['items lost']?.speaks);
    expect(said?.cause).toMatch(/^6 of 20 spans were lost behind .*14 of 20 are in Tempo/);
  });

  test('that gives no answer: how long the run itself has waited for one', () => {
    const flow = count(keptSpans, { [EXPORTER]: { otelcol_exporter_sent_spans_total: 5 } });
    expect(say({ ...trace, flow, ...direct(0, 'no answer within 3 s') })?.cause).toMatch(
      /keeps trying: no answer within 3 s$/,
    );
    expect(say({ ...trace, flow, ...direct(200, '') })).toBeUndefined();
  });

  test('that redirects: where to', () => {
    const alloyLog = exportLine('x').map((one) => ({
      ...one,
      error:
        'failed to make an HTTP request: Get "http://proxy.invalid/login": dial tcp: lookup proxy.invalid: no such host',
    }));
    expect(say({ ...trace, flow: keptSpans, alloyLog })?.cause).toMatch(
      /^http:\/\/127\.0\.0\.1:9\/otlp redirects otelcol\S+ \(\S+\) to http:\/\/proxy\.invalid\/login, .*no such host$/,
    );
  });
});

test.each(Object.entries(deliveryDetails))('%s', (_, { finds, ...changes }) => {
  expect(explain(symptoms(changes))).toMatchObject(finds);
});

test('what is lost or absent is not told where Alloy has not sent it', () => {
  const delivery = asked({ path: 'otlp', subject: { kind: 'delivery' }, seen: { kind: 'answer', json: '{}' } });
  for (const flow of [delivering(), accepting()])
    expect(say({ ...delivery, flow })?.cause ?? '').not.toMatch(/lost|holds/);
});

test('of two endpoints of a remote write the one is told that refuses', () => {
  const endpoint = (url: string) => ({ name: 'endpoint', body: [text('url', url)] });
  const written = { name: 'endpoint', blocks: [] };
  const url = (expression: string, line: number) => ({
    ...written,
    line,
    attributes: [{ name: 'url', line, expression }],
  });
  const flow = change(droppedSamples, WRITE, {
    settings: [endpoint('http://a/push'), endpoint('http://b/push')],
    written: {
      name: 'prometheus.remote_write',
      line: 1,
      attributes: [],
      blocks: [url('sys.env("A")', 3), url('sys.env("B")', 7)],
    },
  });
  const alloyLog = parseLog(
    `ts=${NOW} level=error msg="non-recoverable error" component_id=${WRITE} url=http://b/push err="server returned HTTP status 403 Forbidden: no"`,
  );
  const finding = explain(symptoms({ flow, alloyLog }));
  expect(finding).toMatchObject({ status: 403, place: { line: 7, value: 'http://b/push', variables: ['B'] } });
});

test('a backend that wants not to be asked for a while has answered, although the log does not say what', () => {
  const flow = keptSamples;
  const told = (line: string) => say({ flow, alloyLog: parseLog(`ts=${NOW} component_id=${WRITE} ${line}`) });
  const waiting = told('level=info msg="Retrying after duration specified by Retry-After header" duration=30s');
  expect(waiting?.cause).toMatch(/takes no samples now, and wants them again after 30s \(Retry-After\)/);
  expect(waiting?.cause).not.toMatch(/can't reach/);
  // As soon as it has tried again, it says why.
  expect(
    told('level=warn msg="Failed to send batch, retrying" err="server returned HTTP status 429 Too Many Requests: x"')
      ?.cause,
  ).toMatch(/gets 429/);
});
