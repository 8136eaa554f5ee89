/** Which of several causes is told, where symptoms prove more than one. */
import { expect, test } from 'vitest';
import { sampleRun } from '../clients/testing/sample-run.ts';
import { change, count, text, workingFlow } from '../flow/testing/recorded-flow.ts';
import { parseLog } from './alloy-log.ts';
import { explain, RULES } from './diagnose.ts';
import type { Symptoms } from './symptoms.ts';
import {
  checked,
  denied,
  lostToLogin,
  otherBackend,
  refusedQuestions,
  silent,
  swapped,
} from './testing/backend-cases.ts';
import {
  accepting,
  asked,
  BATCH,
  delivering,
  droppedSamples,
  droppedSpans,
  EXPORTER,
  error,
  exportLine,
  inState,
  keptSpans,
  line,
  RECEIVER,
  REDIS,
  SCRAPE,
  symptoms,
  trace,
  WRITE,
  writeLine,
} from './testing/symptoms.ts';

const rules = [...new Set(Object.values(RULES).flat())];
const wrongUrl = { variable: 'ALLOY_URL', address: 'http://127.0.0.1:1', answer: 'web page' } as const;
const wrongReceiver = { variable: 'ALLOY_OTLP_HTTP', address: 'http://127.0.0.1:1', answer: 404 } as const;
const refusedTrace = asked({ path: 'otlp', subject: { kind: 'traces', query: '{}' }, ...denied('http://h') });
const unreachable = [{ part: 'redis', address: '127.0.0.1:6379' }] as const;
const down = { alloyAnswers: false, flow: undefined };
const failing = (url = 'http://h/metrics', reason = 'connection refused') =>
  change(delivering(), SCRAPE, { targets: [{ url, labels: REDIS, error: reason, isScraped: true }] });
const nearest = {
  kind: 'other labels',
  metric: 'redis_up',
  wanted: REDIS,
  found: [{ job: 'k', instance: 'i' }],
} as const;
const late = { load: { load: 18, cores: 2 }, delay: 14_200 } as const;
const timeout = { kind: 'error', message: 'timeout expired', isTimeout: true } as const;
const unwell = [{ part: 'api', address: 'h:1', fault: 'unhealthy', reason: 'redis: gone' }] as const;
const behind = sampleRun({ cloudState: { ways: [], problems: [{ kind: 'clock', offset: 300_000 }] } });
const withoutOutput = change(droppedSpans, BATCH, { settings: [{ name: 'output', body: [] }] });
const seldom = (flow = delivering()) => change(flow, SCRAPE, { settings: [text('scrape_interval', '10m')] });

test.each<[string, string, Partial<Symptoms>]>([
  // OTLP
  ['no answer from Alloy', 'source unreachable', { ...trace, ...down, unreachable }],
  [
    'source unreachable',
    'unhealthy components',
    { ...trace, unreachable, flow: inState(workingFlow(), RECEIVER, 'exited') },
  ],
  [
    'unhealthy components',
    'OTLP login refused',
    { ...trace, flow: inState(droppedSpans, EXPORTER, 'exited'), alloyLog: exportLine(401) },
  ],
  ['unhealthy components', 'signal without output', { ...trace, flow: inState(withoutOutput, BATCH, 'exited') }],
  ['Grafana Cloud refuses', 'OTLP login refused', { ...trace, ...checked({ 'OTLP write': swapped }), ...lostToLogin }],
  ['token expired', 'OTLP login refused', { ...trace, ...checked(), ...lostToLogin }],
  ['OTLP login refused', 'query refused', { ...refusedTrace, flow: droppedSpans, alloyLog: exportLine(401) }],
  ['OTLP endpoint unreachable', 'query refused', { ...refusedTrace, flow: keptSpans, alloyLog: exportLine('refused') }],
  ['OTLP login refused', 'OTLP export refused', { ...trace, flow: droppedSpans, alloyLog: exportLine(401) }],
  ['OTLP path not found', 'OTLP export refused', { ...trace, flow: droppedSpans, alloyLog: exportLine(404) }],
  ['questions refused', 'query refused', { ...refusedTrace, flow: delivering(), refusedQuestions }],
  [
    'wrong address of Alloy',
    'nothing accepted over OTLP',
    { ...trace, needs: [], wrongAddresses: [wrongReceiver], flow: workingFlow() },
  ],
  ['query refused', 'nothing accepted over OTLP', { ...refusedTrace, flow: workingFlow() }],
  ['query refused', 'nothing exported over OTLP', { ...refusedTrace, flow: accepting() }],
  [
    'backend silent',
    'nothing exported over OTLP',
    {
      ...asked({ path: 'otlp', subject: { kind: 'delivery' }, seen: { kind: 'answer', json: '{}' } }),
      flow: accepting(),
      silentService: { service: 'tempo', url: 'http://h', since: 5, reason: 'timeout' },
    },
  ],
  ['backend silent', 'no answer from Alloy', { ...silent, ...down }],
  ['backend silent', 'remote write refused', { ...silent, flow: droppedSamples }],
  // Remote write
  ['wrong address of Alloy', 'no answer from Alloy', { ...down, wrongAddresses: [wrongUrl] }],
  ['no answer from Alloy', 'another backend', { ...down, otherBackend }],
  ['another backend', 'source unreachable', { otherBackend, unreachable }],
  ['another backend', 'scrape fails', { otherBackend, flow: failing() }],
  ['no answer from Alloy', 'source unreachable', { ...down, unreachable }],
  [
    'configuration error',
    'no answer from Alloy',
    { ...down, alloyLog: parseLog('Error: /x/config.alloy:3:15: expected block label\n') },
  ],
  ['source unreachable', 'unhealthy components', { unreachable, flow: inState(delivering(), SCRAPE, 'exited') }],
  ['unhealthy components', 'remote write refused', { flow: inState(droppedSamples, SCRAPE, 'exited') }],
  [
    'remote write without URL',
    'nothing sent by remote write',
    { flow: change(workingFlow(), WRITE, { settings: [{ name: 'endpoint', body: [] }] }) },
  ],
  [
    'remote write login refused',
    'remote write refused',
    { flow: droppedSamples, alloyLog: writeLine('401 Unauthorized') },
  ],
  [
    'remote write path not found',
    'remote write refused',
    { flow: droppedSamples, alloyLog: writeLine('404 Not Found') },
  ],
  ['remote write refused', 'query refused', { ...asked(denied('http://h')), flow: droppedSamples }],
  ['query refused', 'exporter cannot connect', { ...asked(denied('http://h')), exporterUp: 0 }],
  ['query refused', 'scrape fails', { ...asked(denied('http://h')), flow: failing() }],
  ['scraped too seldom', 'scrape fails', { flow: seldom(failing()) }],
  [
    'exporter cannot connect',
    'scrape fails',
    {
      flow: failing('http://h', 'context deadline exceeded'),
      alloyLog: line('prometheus.exporter.redis.redis', "Couldn't connect to redis instance", 'connection refused'),
    },
  ],
  ['scrape fails', 'other labels', { ...asked({ nearest }), flow: failing() }],
  ['other labels', 'nothing sent by remote write', { ...asked({ nearest }), flow: workingFlow() }],
  // Assertions and other errors
  ['source unreachable', 'no answer from Alloy', { ...error, unreachable, ...down }],
  [
    'unhealthy components',
    'signal without output',
    {
      ...error,
      needs: [],
      flow: inState(
        count(withoutOutput, { [RECEIVER]: { otelcol_receiver_refused_spans_total: 1 } }),
        SCRAPE,
        'exited',
      ),
    },
  ],
  // An overloaded machine hides nothing.
  ['service unhealthy', 'machine overloaded', { ...late, evidence: timeout, faulty: unwell }],
  ['other labels', 'machine overloaded', { ...late, ...asked({ nearest }) }],
  ['clock differs', 'machine overloaded', { ...late, ...asked({}), run: behind }],
])('%s is the cause rather than %s', (root, effect, changes) => {
  const both = symptoms(changes);
  const proven = rules.filter((rule) => rule.find(both) !== undefined).map(({ kind }) => kind);
  expect(proven).toEqual(expect.arrayContaining([root, effect]));
  expect(explain(both)).toMatchObject({ kind: root });
});
