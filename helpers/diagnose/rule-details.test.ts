/** What rules find, beyond whether they speak. */
import { describe, expect, test } from 'vitest';
import type { FoundSpan } from '../clients/tempo.ts';
import { sampleRun } from '../clients/testing/sample-run.ts';
import type { ConnectFault, Finding, ScrapeFault } from '../findings/finding.ts';
import { change, count, text, workingFlow } from '../flow/testing/recorded-flow.ts';
import type { CloudProblem } from '../run/cloud-problem.ts';
import { RULES } from './diagnose.ts';
import type { Symptoms } from './symptoms.ts';
import { checked, denied, lostToLogin } from './testing/backend-cases.ts';
import { inOtherTrace, ONE, shaped, span, started, TWO } from './testing/service-cases.ts';
import {
  AUTH,
  accepting,
  asked,
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
const findBy = (kind: Finding['kind'], changes: Partial<Symptoms>) =>
  rules.find((rule) => rule.kind === kind)?.find(symptoms(changes));
const external = sampleRun({ stack: 'external' });

describe('an unhealthy component', () => {
  test.each([
    ['listen tcp: address already in use', true],
    ['listen EADDRINUSE: 0.0.0.0:4317', true],
    ['permission denied', false],
  ])('whose message is "%s": is the port in use', (message, portInUse) => {
    const flow = inState(workingFlow(), RECEIVER, 'unhealthy', message);
    expect(findBy('unhealthy components', { ...trace, flow })).toMatchObject({ message, portInUse });
  });

  test('is told with all others on the way', () => {
    const flow = [RECEIVER, EXPORTER, AUTH, SCRAPE].reduce((some, id) => inState(some, id, 'exited'), workingFlow());
    const found = findBy('unhealthy components', { ...trace, flow });
    const ids = found?.kind === 'unhealthy components' ? [...found.ids].sort() : [];
    expect(ids).toEqual([AUTH, EXPORTER, RECEIVER]);
  });

  test('may be the exporter of what is measured, whatever is asked about it', () => {
    const flow = inState(delivering(), 'prometheus.exporter.redis.redis', 'exited');
    expect(findBy('unhealthy components', { flow })).toMatchObject({ ids: ['prometheus.exporter.redis.redis'] });
    const series = (source: object) => asked({ subject: { kind: 'series', selector: '{}', ...source } });
    expect(findBy('unhealthy components', { ...series({ source: 'redis' }), flow })).toBeDefined();
    expect(findBy('unhealthy components', { ...series({}), flow })).toBeUndefined();
  });

  test('matters to every criterion about Alloy alone', () => {
    const flow = inState(delivering(), SCRAPE, 'exited');
    expect(findBy('unhealthy components', { ...error, needs: [], flow })).toBeDefined();
  });
});

test.each<[ConnectFault, string]>([
  ['no login', 'NOAUTH Authentication required.'],
  ['login', 'WRONGPASS invalid username-password pair'],
  ['login', 'pq: password authentication failed for user "x"'],
  ['no database', 'pq: database "x" does not exist'],
  ['unknown host', 'dial tcp: lookup redis: no such host'],
  ['refused', 'dial tcp 127.0.0.1:9: connect: connection refused'],
  ['TLS', 'pq: SSL is not enabled on the server'],
  ['timeout', 'dial tcp 10.0.0.1:5432: i/o timeout'],
])('an exporter cannot connect: %s, for "%s"', (fault, reason) => {
  const alloyLog = line('prometheus.exporter.redis.redis', 'Error opening connection to database', reason);
  expect(findBy('exporter cannot connect', { exporterUp: 0, alloyLog })).toMatchObject({ fault, reason });
});

test('an exporter that cannot connect has no reason where its log has none, or another exporter says it', () => {
  const alloyLog = line('prometheus.exporter.postgres.postgres', 'Error opening connection to database', 'NOAUTH');
  for (const known of [[], alloyLog]) {
    expect(findBy('exporter cannot connect', { exporterUp: 0, alloyLog: known })).toMatchObject({
      fault: 'other',
      reason: '',
      place: { setting: 'redis_addr' },
    });
  }
});

test.each<[ScrapeFault, string]>([
  ['refused', 'dial tcp 127.0.0.1:9: connect: connection refused'],
  ['unknown host', 'dial tcp: lookup x on 127.0.0.53:53: no such host'],
  ['timeout', 'context deadline exceeded'],
  ['HTTP status', 'server returned HTTP status 404 Not Found'],
  ['TLS', 'http: server gave HTTP response to HTTPS client'],
  ['TLS', 'net/http: HTTP/1.x transport connection broken: malformed HTTP response "\\x15\\x03\\x01\\x00\\x02\\x02F"'],
  ['not metrics', 'net/http: HTTP/1.x transport connection broken: malformed HTTP response "AMQP\\x00\\x00\\t\\x01"'],
  ['sample limit', 'sample limit exceeded'],
  ['body size limit', 'body size limit exceeded'],
  ['label limit', 'label_limit exceeded (metric: "x", number of labels: 9, limit: 2)'],
  ['not metrics', 'received unsupported Content-Type "text/html" and no fallback_scrape_protocol specified for target'],
  ['other', 'EOF'],
])('a scrape fails: %s, for "%s"', (fault, words) => {
  const flow = change(delivering(), SCRAPE, { targets: [{ url: 'u', labels: REDIS, error: words, isScraped: true }] });
  expect(findBy('scrape fails', { flow })).toMatchObject({ fault, error: words });
});

describe('an export without a log', () => {
  const counted = (error_type: string) => {
    const labels = { __name__: 'otelcol_exporter_send_failed_spans_total', component_id: EXPORTER, error_type };
    return { ...accepting(), metrics: [...accepting().metrics, { labels, time: 0, value: 3 }] };
  };

  test.each([
    ['Unauthenticated', 'OTLP login refused'],
    ['Unimplemented', 'OTLP path not found'],
    ['PermissionDenied', 'OTLP export refused'],
    ['ResourceExhausted', 'OTLP export refused'],
  ] as const)('that is counted as %s has the cause "%s"', (type, kind) => {
    expect(findBy(kind, { ...trace, flow: counted(type) })).toMatchObject({ kind });
  });

  test('that is counted in another way has none', () => {
    for (const rule of RULES.otlp) expect(rule.find(symptoms({ ...trace, flow: counted('Internal') }))).toBeUndefined();
  });

  test('that keeps all it has is told without a reason', () => {
    expect(findBy('OTLP endpoint unreachable', { ...trace, flow: keptSpans })).toMatchObject({ reason: '' });
  });

  test('that is denied for its scope is one whose login is refused', () => {
    const found = findBy('token expired', { ...trace, ...checked(), flow: counted('PermissionDenied') });
    expect(found).toMatchObject({ use: 'OTLP export' });
  });
});

test('the newest line of the log is the one that counts', () => {
  const alloyLog = [...exportLine(413), ...exportLine(503)];
  expect(findBy('OTLP export refused', { ...trace, flow: droppedSpans, alloyLog })).toMatchObject({ status: 503 });
  const written = [...writeLine('429 Too Many Requests'), ...writeLine('500 Internal Server Error')];
  expect(findBy('remote write refused', { flow: droppedSamples, alloyLog: written })).toMatchObject({ status: 500 });
});

test('an answer to several signals is told with all of them', () => {
  const flow = count(keptSpans, { [EXPORTER]: { 'otelcol_exporter_queue_size{logs}': 1 } });
  const alloyLog = [...exportLine(429), ...exportLine(429, 'http://h/otlp/v1/logs')];
  expect(findBy('OTLP export refused', { ...trace, flow, alloyLog })).toMatchObject({ signals: ['traces', 'logs'] });
});

test('samples that were dropped for an unknown reason are told without one', () => {
  expect(findBy('remote write refused', { flow: droppedSamples })).not.toHaveProperty('status');
});

test('a question about the counters of remote write has the cause of what they count', () => {
  const about = (metric: string) =>
    asked({ subject: { kind: 'metric of Alloy', metric: `prometheus_remote_storage_samples_${metric}`, labels: {} } });
  const alloyLog = writeLine('401 Unauthorized');
  const refused = { ...about('failed_total'), flow: droppedSamples, alloyLog };
  expect(findBy('remote write login refused', refused)).toMatchObject({ instanceId: '2847239' });
  expect(findBy('nothing sent by remote write', { ...about('total'), flow: workingFlow() })).toMatchObject({
    place: { component: WRITE },
  });
  const labels = {
    __name__: 'prometheus_remote_storage_samples_dropped_total',
    component_id: WRITE,
    reason: 'dropped_series',
  };
  const flow = { ...delivering(), metrics: [{ labels, time: 0, value: 3 }] };
  expect(findBy('series dropped', { ...about('dropped_total'), flow })).toMatchObject({
    block: 'write_relabel_config',
  });
});

test.each(['14 UNAVAILABLE: telemetry type is not supported', '12 UNIMPLEMENTED: unknown service'])(
  'a sender that is told "%s" is refused for want of an output',
  (message) => {
    const flow = change(workingFlow(), RECEIVER, { settings: [{ name: 'output', body: [] }] });
    const told = { evidence: { kind: 'error', message } as const, needs: [], flow };
    expect(findBy('signal without output', told)).toMatchObject({ signal: 'traces', place: { component: RECEIVER } });
    expect(findBy('signal without output', { ...told, needs: ['api'] })).toBeUndefined();
    expect(findBy('signal without output', { ...told, flow: workingFlow() })).toBeUndefined();
  },
);

test('of a child that is missing it is told whether other spans of the same name have one', () => {
  const child = { kind: 'client', name: 'get' };
  const lone = span('api-service', ONE, '', 'GET /x', 2);
  const elsewhere = [span('api-service', ONE, '', 'GET /x', 2), span('api-service', TWO, ONE, 'get', 3)].map(
    inOtherTrace,
  );
  const find = (recent: readonly FoundSpan[]) =>
    findBy('child span missing', {
      ...shaped({ kind: 'server', children: [child] }),
      services: [started()],
      trace: [lone],
      recent,
    });
  expect(find([lone, ...elsewhere])).toMatchObject({ name: 'GET /x', others: { count: 1, having: 1 } });
  const another = [span('api-service', ONE, '', 'GET /y', 2), span('api-service', TWO, ONE, 'get', 3)].map(
    inOtherTrace,
  );
  expect(find([lone, ...another])).not.toHaveProperty('others');
});

test('whether every service refuses its login is told', () => {
  const all = (['prometheus', 'tempo', 'loki'] as const).map(
    (service) => ({ service, user: '1', status: 401 }) as const,
  );
  expect(findBy('questions refused', { refusedQuestions: all })).toMatchObject({ refused: all, all: true });
});

test('what is wrong with the instance ID of a question that was refused is told', () => {
  const question = { service: 'prometheus', user: '1419296', status: 401 } as const;
  const variables = { GRAFANA_CLOUD_PROMETHEUS_INSTANCE_ID: '1419296', GRAFANA_CLOUD_LOKI_INSTANCE_ID: '1419296' };
  const find = (changes: Parameters<typeof findBy>[1]) =>
    findBy('questions refused', { refusedQuestions: [question], ...changes });
  expect(find({ run: sampleRun({ variables }) })).toMatchObject({
    refused: [{ ...question, twin: 'GRAFANA_CLOUD_LOKI_INSTANCE_ID' }],
  });
  const refusal = { service: 'prometheus', user: '1419296', reason: 'unknown instance ID', count: 3 } as const;
  expect(find({ refusals: [refusal] })).toMatchObject({ refused: [{ ...question, reason: 'unknown instance ID' }] });
  expect(find({ refusals: [{ ...refusal, user: '7' }] })).toMatchObject({ refused: [question] });
});

describe('what an external Alloy has dropped', () => {
  const about = (changes: Parameters<typeof asked>[0]) => ({
    run: external,
    ...asked({ path: 'otlp', subject: { kind: 'traces', query: '{}' }, ...changes }),
    ...lostToLogin,
  });

  test('in this run counts from when the question was asked', () => {
    expect(findBy('OTLP login refused', about({ lostBefore: 3 }))).toBeUndefined();
    expect(findBy('OTLP login refused', about({ lostBefore: 2 }))).toBeDefined();
  });

  test('counts for a question about totals', () => {
    expect(findBy('OTLP login refused', about({ lostBefore: 3, subject: { kind: 'delivery' } }))).toBeDefined();
  });

  test('counts from the start where the run started it', () => {
    expect(findBy('OTLP login refused', { ...about({ lostBefore: 3 }), run: sampleRun() })).toBeDefined();
  });
});

describe('the ID of a refused login', () => {
  const find = (changes: Partial<Symptoms>) => findBy('OTLP login refused', { ...trace, ...lostToLogin, ...changes });
  const withAuth = (changes: Parameters<typeof change>[2]) => change(lostToLogin.flow, AUTH, changes);
  const unknown = withAuth({ settings: undefined } as object);

  test('is what Alloy evaluated, whatever the variables are', () => {
    expect(find({ flow: withAuth({ settings: [text('username', '2847239')] }) })).toMatchObject({
      instanceId: '2847239',
      twin: 'GRAFANA_CLOUD_PROMETHEUS_INSTANCE_ID',
    });
    expect(find({ flow: withAuth({ settings: [text('password', 'x')] }) })).toMatchObject({ instanceId: '' });
  });

  test('has the reason for which the mock cloud refused it, and not that of another login', () => {
    const of = (user: string, reason: 'foreign instance ID' | 'wrong token', count: number) =>
      ({ service: 'otlp', user, reason, count }) as const;
    const refusals = [of('1461503', 'wrong token', 2), of('3', 'foreign instance ID', 9)];
    expect(find({ refusals })).toMatchObject({ instanceId: '1461503', reason: 'wrong token' });
    expect(find({ refusals, flow: unknown })).toMatchObject({ instanceId: '3', reason: 'foreign instance ID' });
    const ofPrometheus = [{ ...of('1461503', 'wrong token', 2), service: 'prometheus' }];
    expect(find({ refusals: ofPrometheus })).not.toHaveProperty('reason');
  });

  test('is lost on the way where it is sent, and every request arrives without one', () => {
    const none = { service: 'otlp', user: '', reason: 'no credentials', count: 3 } as const;
    expect(find({ refusals: [none] })).toMatchObject({ lostOnWayTo: { component: EXPORTER } });
    const other = { ...none, user: '1461503', reason: 'wrong token' } as const;
    expect(find({ refusals: [none, other] })).not.toHaveProperty('lostOnWayTo');
    expect(find({ refusals: [] })).not.toHaveProperty('lostOnWayTo');
    const value = { type: 'object', value: [{ key: 'Authorization', value: { type: 'string', value: 'Basic x' } }] };
    const flow = change(lostToLogin.flow, EXPORTER, {
      settings: [{ name: 'client', body: [{ name: 'headers', value }] }],
    });
    expect(find({ refusals: [none], flow })).not.toHaveProperty('lostOnWayTo');
  });

  test('is the variable of a stack that the run started, and unknown for an external one', () => {
    expect(find({ flow: unknown })).toMatchObject({ instanceId: '1461503' });
    expect(find({ flow: unknown, run: external })).not.toHaveProperty('instanceId');
  });

  test('is that of an Alloy elsewhere, where the run has not started it and its own login is taken', () => {
    expect(find({ run: external })).toMatchObject({ isElsewhere: true });
    expect(find({})).not.toHaveProperty('isElsewhere');
    const refusedQuestions = [{ service: 'tempo', user: '1', status: 401 }] as const;
    expect(find({ run: external, refusedQuestions })).not.toHaveProperty('isElsewhere');
  });

  test('is none where the exporter has no login', () => {
    const { flow } = lostToLogin;
    const components = flow.components.filter(({ id }) => id !== AUTH);
    const found = find({ flow: { ...flow, components } });
    expect(found).toMatchObject({ login: 'none', place: { component: EXPORTER } });
    expect(found).not.toHaveProperty('instanceId');
  });
});

describe('a question that Grafana Cloud refuses', () => {
  const url = sampleRun().access.prometheus.url;
  const find = (kind: Finding['kind'], changes: Partial<Symptoms>) =>
    findBy(kind, { ...asked(denied(`${url}/api/v1/query`)), ...changes });

  test('has the cause that the check found, for the service at the address that was asked', () => {
    const problem: CloudProblem = {
      kind: 'missing scope',
      variable: 'GRAFANA_CLOUD_API_KEY',
      scopes: ['metrics:read'],
    };
    expect(find('Grafana Cloud refuses', checked({ 'PROMETHEUS read': problem }))).toEqual({
      kind: 'Grafana Cloud refuses',
      use: 'question',
      problem,
    });
    expect(find('Grafana Cloud refuses', checked({ 'TEMPO read': problem }))).toBeUndefined();
  });

  test.each<CloudProblem>([
    { kind: 'refused ID', variable: 'GRAFANA_CLOUD_PROMETHEUS_INSTANCE_ID', id: '7', scopes: [] },
    { kind: 'unset', variables: ['GRAFANA_CLOUD_PROMETHEUS_INSTANCE_ID'], homes: ['unset'] },
    { kind: 'invalid token', variable: 'GRAFANA_CLOUD_API_KEY' },
    { kind: 'clock', offset: 900_000, isRefused: true },
  ])('has the cause that the check found: $kind', (problem) => {
    expect(find('Grafana Cloud refuses', checked({ 'PROMETHEUS read': problem }))).toMatchObject({ problem });
  });

  test('has no clock for its cause where other logins are accepted', () => {
    const problem: CloudProblem = { kind: 'clock', offset: 900_000 };
    expect(find('Grafana Cloud refuses', checked({ 'PROMETHEUS read': problem }))).toBeUndefined();
  });

  test('has that cause for an answer of 403 too', () => {
    const problem: CloudProblem = { kind: 'invalid token', variable: 'GRAFANA_CLOUD_API_KEY' };
    const request = { url: `${url}/api/v1/query`, user: '1', status: 403 };
    const seen = { kind: 'query failure', message: 'x', request } as const;
    const changes = { ...checked({ 'PROMETHEUS read': problem }), ...asked({ seen }) };
    expect(find('Grafana Cloud refuses', changes)).toMatchObject({ problem });
  });

  test('has the cause of the service with the longest address, where one is below another', () => {
    const problem: CloudProblem = { kind: 'invalid token', variable: 'GRAFANA_CLOUD_API_KEY' };
    const { run } = checked({ 'TEMPO read': problem });
    const access = {
      ...run.access,
      prometheus: { ...run.access.prometheus, url: 'http://h' },
      tempo: { ...run.access.tempo, url: 'http://h/tempo' },
    };
    const changes = { run: { ...run, access }, ...asked(denied('http://h/tempo/api/search')) };
    expect(find('Grafana Cloud refuses', changes)).toMatchObject({ problem });
  });

  test('has a token that expired, where it was accepted when the run began', () => {
    expect(find('token expired', checked())).toEqual({
      kind: 'token expired',
      use: 'question',
      variable: 'GRAFANA_CLOUD_API_KEY',
    });
  });

  test('has no cause of these, where the answer is another one', () => {
    const seen = {
      kind: 'query failure',
      message: 'x',
      request: { url: `${url}/api/v1/query`, user: '1', status: 500 },
    } as const;
    expect(find('token expired', { ...checked(), ...asked({ seen }) })).toBeUndefined();
  });
});

test('a send that is refused where the receiver does not listen has that cause', () => {
  const endpoint = (protocol: string, value: string) => ({ name: protocol, body: [text('endpoint', value)] });
  const listening = (port: number) =>
    change(workingFlow(), RECEIVER, {
      settings: [endpoint('grpc', '0.0.0.0:1'), endpoint('http', `0.0.0.0:${port}`)],
    });
  const told = (message: string) => ({ evidence: { kind: 'error', message } as const, needs: [] });
  const refused = told('connect ECONNREFUSED 127.0.0.1:1');
  expect(findBy('receiver elsewhere', { ...refused, flow: listening(4399) })).toMatchObject({ protocol: 'http' });
  expect(findBy('receiver elsewhere', { ...refused, flow: listening(1) })).toBeUndefined();
  const http = { name: 'http', body: [text('endpoint', '0.0.0.0:1')] };
  const flow = change(workingFlow(), RECEIVER, { settings: [http] });
  expect(findBy('receiver elsewhere', { ...refused, flow })).toMatchObject({ protocol: 'grpc', endpoint: '' });
  const elsewhere = told('connect ECONNREFUSED 127.0.0.1:11');
  expect(findBy('receiver elsewhere', { ...elsewhere, flow: listening(4399) })).toBeUndefined();
});
