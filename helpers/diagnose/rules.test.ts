import { describe, expect, test } from 'vitest';
import type { InstantSample } from '../clients/prometheus.ts';
import { sampleRun } from '../clients/testing/sample-run.ts';
import type { Observation } from '../findings/evidence.ts';
import type { Finding } from '../findings/finding.ts';
import { sampleObservation } from '../findings/testing/samples.ts';
import type { CheckedWay, CloudProblem } from '../run/cloud-problem.ts';
import type { CloudService } from '../settings/cloud.ts';
import { parseLog } from './alloy-log.ts';
import { explain, RULES } from './diagnose.ts';
import type { OtherBackend } from './other-backend.ts';
import type { Symptoms } from './symptoms.ts';

/** A healthy run in which a question about `redis_up` got no answer. */
function symptoms(changes: Partial<Symptoms> = {}): Symptoms {
  return {
    run: sampleRun(),
    evidence: sampleObservation(),
    needs: ['redis'],
    takenAway: [],
    alloyAnswers: true,
    alloyMetrics: [],
    components: [],
    usernames: {},
    alloyLog: [],
    refusals: [],
    wrongAddresses: [],
    refusedQuestions: [],
    unreachable: [],
    up: undefined,
    targets: [],
    ...changes,
  };
}

const sample = (name: string, value: number, labels = {}): InstantSample => ({
  labels: { __name__: name, ...labels },
  time: 0,
  value,
});
const asked = (changes: Partial<Observation>) => ({ evidence: sampleObservation(changes) });
const error = { evidence: { kind: 'error', message: 'expected 1 to be 2' } } as const;
const trace = asked({ path: 'otlp', subject: { kind: 'traces', query: '{}' }, seen: { kind: 'nothing' } });
/** Ten seconds before and one second after the question was asked. */
const EARLIER = 'ts=2026-11-26T00:00:00Z';
const NOW = 'ts=2026-11-26T00:00:11Z';
const REMOTE_WRITE = 'component_id=prometheus.remote_write.grafana_cloud';
const OTLP_EXPORTER = 'component_id=otelcol.exporter.otlphttp.grafana_cloud';
const lostSamples = [sample('prometheus_remote_storage_samples_failed_total', 9)];
const component = (id: string) => [{ id, name: id.slice(0, id.lastIndexOf('.')), state: 'exited', message: 'broken' }];
const unhealthyReceiver = component('otelcol.receiver.otlp.x');
const unhealthyScrape = component('prometheus.scrape.x');
const wrongUrl = { variable: 'ALLOY_URL', address: 'http://127.0.0.1:1', answer: 'web page' } as const;
const wrongReceiver = { variable: 'ALLOY_OTLP_HTTP', address: 'http://127.0.0.1:1', answer: 404 } as const;
const refusedQuestions = [{ service: 'loki', user: '1', status: 401 }] as const;
const lostSpans = [sample('otelcol_exporter_send_failed_spans_total', 3)];

const silentSeen = {
  kind: 'query failure',
  message: 'has given no answer',
  request: {
    url: `${sampleRun().access.prometheus.url}/api/v1/query`,
    user: '1',
    status: 0,
    silence: { since: 5, reason: 'timeout' },
  },
} as const;
const silent = asked({ seen: silentSeen });
const otherBackend: OtherBackend = {
  signals: ['scraped samples'],
  sendsTo: ['http://y/api/prom/push'],
  asked: [{ service: 'prometheus', url: 'http://x/api/prom' }],
};

/** What the check of Grafana Cloud found when a run began, by service: every login that is not named was accepted. */
function checked(refused: Partial<Record<`${CloudService} ${CheckedWay['does']}`, CloudProblem>> = {}) {
  const variable = 'GRAFANA_CLOUD_API_KEY';
  const ways = (
    [
      ['OTLP', 'write', 'traces:write'],
      ['OTLP', 'write', 'logs:write'],
      ['PROMETHEUS', 'write', 'metrics:write'],
      ['PROMETHEUS', 'read', 'metrics:read'],
      ['TEMPO', 'read', 'traces:read'],
    ] as const
  ).map(([service, does, scope]): CheckedWay => {
    const login = refused[`${service} ${does}`] === undefined ? 'accepted' : 'refused';
    return { service, does, scope, tokenVariable: variable, login };
  });
  const cloudState = { ways, problems: Object.values(refused) };
  return { run: sampleRun({ backend: 'cloud', cloudState }) };
}

const swapped: CloudProblem = {
  kind: "another service's ID",
  variable: 'GRAFANA_CLOUD_OTLP_INSTANCE_ID',
  id: '2847239',
  owner: 'GRAFANA_CLOUD_PROMETHEUS_INSTANCE_ID',
};
const denied = (url: string): Partial<Observation> => ({
  seen: { kind: 'query failure', message: `${url} answered 401`, request: { url, user: '1', status: 401 } },
});
const lostToLogin = [sample('otelcol_exporter_send_failed_spans_total', 3, { error_type: 'Unauthenticated' })];

/** For each rule, symptoms that prove its cause, and similar ones that don't. */
const CASES: Record<
  Exclude<Finding['kind'], 'listed problems'>,
  { speaks: Partial<Symptoms>; finds: object; silent: Readonly<Record<string, Partial<Symptoms>>> }
> = {
  'configuration error': {
    speaks: { alloyAnswers: false, alloyLog: parseLog('Error: /x/config.alloy:3:15: expected block label\n') },
    finds: { file: '/x/config.alloy', line: 3, column: 15, message: 'expected block label' },
    silent: {
      'Alloy runs': { alloyLog: parseLog('Error: /x/config.alloy:3:15: expected block label') },
      'the error names no place': { alloyAnswers: false, alloyLog: parseLog('Error: out of memory') },
    },
  },
  'no answer from Alloy': {
    speaks: { alloyAnswers: false, alloyLog: parseLog(`${NOW} level=error msg="giving up" err="disk full"`) },
    finds: { url: 'http://127.0.0.1:1', lastLog: { component: '', message: 'giving up: disk full' } },
    silent: { 'Alloy answers': { alloyLog: parseLog(`${NOW} level=error msg="giving up"`) } },
  },
  'wrong address of Alloy': {
    speaks: { ...error, needs: [], wrongAddresses: [wrongUrl] },
    finds: { addresses: [wrongUrl] },
    silent: {
      'Alloy answers everywhere': {},
      'a receiver is elsewhere, and what was asked came another way': { wrongAddresses: [wrongReceiver] },
      'a receiver is elsewhere, and a service sends to its own': {
        ...trace,
        needs: ['api'],
        wrongAddresses: [wrongReceiver],
      },
      'a receiver is elsewhere, and a component is unhealthy': {
        ...error,
        needs: [],
        wrongAddresses: [wrongReceiver],
        components: unhealthyScrape,
      },
    },
  },
  'unhealthy components': {
    speaks: {
      ...trace,
      components: [
        {
          id: 'otelcol.receiver.otlp.services',
          name: 'otelcol.receiver.otlp',
          state: 'unhealthy',
          message: 'listen tcp 0.0.0.0:4317: bind: address already in use',
        },
      ],
    },
    finds: { ids: ['otelcol.receiver.otlp.services'], portInUse: true },
    silent: {
      'it has only just started': {
        ...trace,
        components: [{ id: 'otelcol.receiver.otlp.x', name: 'otelcol.receiver.otlp', state: 'unknown', message: '' }],
      },
      'it is on the other path': {
        components: [{ id: 'otelcol.receiver.otlp.x', name: 'otelcol.receiver.otlp', state: 'unhealthy', message: '' }],
      },
      'it is the exporter of another part': {
        components: [
          {
            id: 'prometheus.exporter.postgres.x',
            name: 'prometheus.exporter.postgres',
            state: 'unhealthy',
            message: '',
          },
        ],
      },
    },
  },
  'source unreachable': {
    speaks: { unreachable: [{ part: 'redis', address: '127.0.0.1:6379' }] },
    finds: { source: 'redis', address: '127.0.0.1:6379', variable: 'REDIS_URL' },
    silent: { 'every suspect takes connections': { unreachable: [] } },
  },
  'exporter cannot connect': {
    speaks: {
      alloyLog: parseLog(
        `${NOW} level=error msg="Couldn't connect to redis instance (redis://h)" component_id=prometheus.exporter.redis.redis err="WRONGPASS"`,
      ),
    },
    finds: { source: 'redis', log: { component: 'prometheus.exporter.redis.redis' } },
    silent: {
      'that was while the stack was starting': {
        alloyLog: parseLog(
          `${EARLIER} level=error msg="Couldn't connect to redis instance" component_id=prometheus.exporter.redis.redis`,
        ),
      },
      'it is the exporter of another part': {
        alloyLog: parseLog(
          `${NOW} level=error msg="Error opening connection to database" component_id=prometheus.exporter.postgres.postgres`,
        ),
      },
      'the exporter is not scraped either': {
        ...asked({ seen: { kind: 'values', count: 1, values: [0] } }),
        up: 0,
      },
      'another metric is 0': {
        ...asked({
          subject: { kind: 'scraped metric', expression: 'x', metric: 'x', labels: {}, source: 'redis' },
          seen: { kind: 'values', count: 1, values: [0] },
        }),
        up: 1,
      },
      'the criterion took the part away': {
        takenAway: ['redis'],
        alloyLog: parseLog(
          `${NOW} level=error msg="Couldn't connect to redis instance" component_id=prometheus.exporter.redis.redis`,
        ),
      },
    },
  },
  'scrape fails': {
    speaks: {
      up: 0,
      targets: [
        {
          component: 'prometheus.scrape.redis',
          url: 'http://127.0.0.1:9/metrics',
          labels: { job: 'integrations/redis_exporter', instance: 'redis' },
          error: 'connect: connection refused',
        },
      ],
    },
    finds: {
      job: 'integrations/redis_exporter',
      instance: 'redis',
      source: 'redis',
      target: { url: 'http://127.0.0.1:9/metrics', error: 'connect: connection refused' },
    },
    silent: {
      'the scrape works': { up: 1 },
      'there is no such scrape': { up: undefined },
      'the criterion took the part away': { up: 0, takenAway: ['redis'] },
      'an Alloy that the run did not start says that its scrape works': {
        run: sampleRun({ stack: 'external' }),
        up: 0,
        targets: [{ component: 'prometheus.scrape.redis', url: 'http://127.0.0.1:9/metrics', labels: {}, error: '' }],
      },
    },
  },
  'other labels': {
    speaks: asked({
      nearest: {
        kind: 'other labels',
        metric: 'redis_up',
        wanted: { job: 'integrations/redis_exporter', instance: 'redis' },
        found: [{ job: 'integrations/redis', instance: 'redis:6379' }],
      },
    }),
    finds: { found: { job: 'integrations/redis', instance: 'redis:6379' } },
    silent: {
      'only another label differs': asked({
        nearest: {
          kind: 'other labels',
          metric: 'pg_stat_database_numbackends',
          wanted: { job: 'j', instance: 'i', datname: 'mine' },
          found: [{ job: 'j', instance: 'i', datname: 'other' }],
        },
      }),
      'there is nothing similar': asked({ nearest: { kind: 'no series', labels: {} } }),
    },
  },
  'OTLP login refused': {
    speaks: {
      ...trace,
      alloyMetrics: [sample('otelcol_exporter_send_failed_spans_total', 3, { error_type: 'Unauthenticated' })],
      refusals: [{ service: 'otlp', user: '1461503', reason: 'wrong token', count: 3 }],
    },
    finds: { instanceId: '1461503', reason: 'wrong token' },
    silent: {
      'the export failed for another reason': {
        ...trace,
        alloyMetrics: [sample('otelcol_exporter_send_failed_spans_total', 3, { error_type: 'Unavailable' })],
      },
      'only the metrics of another path were refused': {
        ...trace,
        alloyMetrics: lostSamples,
        alloyLog: parseLog(`${NOW} level=error msg="non-recoverable error" ${REMOTE_WRITE} err="Status Code 401"`),
      },
      'that was last week, in an external Alloy': {
        ...asked({ path: 'otlp', lostBefore: 3, subject: { kind: 'traces', query: '{}' } }),
        run: sampleRun({ stack: 'external' }),
        alloyMetrics: [sample('otelcol_exporter_send_failed_spans_total', 3, { error_type: 'Unauthenticated' })],
      },
    },
  },
  'OTLP path not found': {
    speaks: {
      ...trace,
      alloyMetrics: lostSpans,
      alloyLog: parseLog(
        `${NOW} level=error msg="Exporting failed. Dropping data." ${OTLP_EXPORTER} error="request to http://h/v1/traces responded with HTTP Status Code 404"`,
      ),
    },
    finds: { url: 'http://h/v1/traces' },
    silent: {
      'the 404 is that of remote write': {
        ...trace,
        alloyMetrics: lostSpans,
        alloyLog: parseLog(`${NOW} level=error msg="non-recoverable error" ${REMOTE_WRITE} err="Status Code 404"`),
      },
      'nothing was lost': {
        ...trace,
        alloyLog: parseLog(`${NOW} level=error msg="x" ${OTLP_EXPORTER} error="HTTP Status Code 404"`),
      },
    },
  },
  'OTLP endpoint unreachable': {
    speaks: {
      ...trace,
      alloyLog: parseLog(
        `${NOW} level=info msg="Exporting failed. Will retry the request after interval." ${OTLP_EXPORTER} error="dial tcp: connection refused"`,
      ),
    },
    finds: { log: { component: 'otelcol.exporter.otlphttp.grafana_cloud' } },
    silent: {
      'that was while the stack was starting': {
        ...trace,
        alloyLog: parseLog(
          `${EARLIER} level=info msg="Exporting failed. Will retry the request after interval." ${OTLP_EXPORTER} error="connection refused"`,
        ),
      },
      'something was sent since': {
        ...trace,
        alloyMetrics: [sample('otelcol_exporter_sent_spans_total', 1)],
        alloyLog: parseLog(
          `${NOW} level=info msg="Exporting failed. Will retry the request after interval." ${OTLP_EXPORTER} error="connection refused"`,
        ),
      },
    },
  },
  'OTLP export fails': {
    speaks: {
      ...trace,
      alloyMetrics: lostSpans,
      alloyLog: parseLog(`${NOW} level=error msg="Exporting failed. Dropping data." ${OTLP_EXPORTER} error="413"`),
    },
    finds: { log: { message: 'Exporting failed. Dropping data.: 413' } },
    silent: {
      'the export is retried': {
        ...trace,
        alloyLog: parseLog(`${NOW} level=info msg="Exporting failed. Will retry" ${OTLP_EXPORTER} error="503"`),
      },
    },
  },
  'nothing accepted over OTLP': {
    speaks: trace,
    finds: { grpc: '127.0.0.1:1', http: 'http://127.0.0.1:1' },
    silent: {
      'a log record was accepted': {
        ...trace,
        alloyMetrics: [sample('otelcol_receiver_accepted_log_records_total', 1)],
      },
      'Alloy could not be asked': { ...trace, alloyAnswers: false },
    },
  },
  'nothing exported over OTLP': {
    speaks: { ...trace, alloyMetrics: [sample('otelcol_receiver_accepted_spans_total', 1)] },
    finds: {},
    silent: {
      'something was sent': {
        ...trace,
        alloyMetrics: [
          sample('otelcol_receiver_accepted_spans_total', 1),
          sample('otelcol_exporter_sent_spans_total', 1),
        ],
      },
      'an exporter tried': {
        ...trace,
        alloyMetrics: [sample('otelcol_receiver_accepted_spans_total', 1), ...lostSpans],
      },
      'nothing was accepted': trace,
    },
  },
  'remote write without URL': {
    speaks: {
      alloyMetrics: [
        sample('prometheus_remote_storage_samples_total', 0, { url: '', component_id: 'prometheus.remote_write.x' }),
      ],
    },
    finds: { component: 'prometheus.remote_write.x' },
    silent: {
      'it has one': { alloyMetrics: [sample('prometheus_remote_storage_samples_total', 0, { url: 'http://h/push' })] },
    },
  },
  'remote write login refused': {
    speaks: {
      run: sampleRun({
        variables: { GRAFANA_CLOUD_PROMETHEUS_INSTANCE_ID: '1', GRAFANA_CLOUD_TEMPO_INSTANCE_ID: '1' },
      }),
      alloyMetrics: lostSamples,
      alloyLog: parseLog(
        `${NOW} level=error msg="non-recoverable error" ${REMOTE_WRITE} err="server returned HTTP status 401 Unauthorized: x"`,
      ),
    },
    finds: { instanceId: '1', twin: 'GRAFANA_CLOUD_TEMPO_INSTANCE_ID' },
    silent: {
      'it is the OTLP exporter that gets 401': {
        alloyMetrics: lostSamples,
        alloyLog: parseLog(`${NOW} level=error msg="Exporting failed" ${OTLP_EXPORTER} error="HTTP status 401"`),
      },
      'no sample was lost': {
        alloyLog: parseLog(
          `${NOW} level=error msg="x" ${REMOTE_WRITE} err="server returned HTTP status 401 Unauthorized"`,
        ),
      },
    },
  },
  'remote write path not found': {
    speaks: {
      alloyMetrics: lostSamples,
      alloyLog: parseLog(
        `${NOW} level=error msg="non-recoverable error" ${REMOTE_WRITE} url=http://h/push/ err="server returned HTTP status 404 Not Found: x"`,
      ),
    },
    finds: { url: 'http://h/push/' },
    silent: {
      'another status': {
        alloyMetrics: lostSamples,
        alloyLog: parseLog(
          `${NOW} level=error msg="non-recoverable error" ${REMOTE_WRITE} err="HTTP status 400 Bad Request"`,
        ),
      },
    },
  },
  'remote write fails': {
    speaks: {
      alloyLog: parseLog(
        `${NOW} level=warn msg="Failed to send batch, retrying" ${REMOTE_WRITE} err="connection refused"`,
      ),
    },
    finds: { log: { message: 'Failed to send batch, retrying: connection refused' } },
    silent: {
      'that was while the stack was starting': {
        alloyLog: parseLog(
          `${EARLIER} level=warn msg="Failed to send batch, retrying" ${REMOTE_WRITE} err="connection refused"`,
        ),
      },
      'nothing failed': { alloyMetrics: [sample('prometheus_remote_storage_samples_failed_total', 0)] },
    },
  },
  'nothing sent by remote write': {
    speaks: { alloyMetrics: [sample('prometheus_remote_storage_samples_total', 0, { url: 'http://h' })] },
    finds: {},
    silent: {
      'a sample was sent': { alloyMetrics: [sample('prometheus_remote_storage_samples_total', 1)] },
      'Alloy could not be asked': { alloyAnswers: false },
    },
  },
  'Grafana Cloud refuses': {
    speaks: { ...trace, ...checked({ 'OTLP write': swapped }) },
    finds: { use: 'OTLP export', problem: swapped },
    silent: {
      'the run has not asked Grafana Cloud': { ...trace, alloyMetrics: lostToLogin },
      'the problem is that of another service': { ...trace, ...checked({ 'PROMETHEUS write': swapped }) },
      'the path is that of another login': checked({ 'OTLP write': swapped }),
      'Alloy logs in with another ID than the one that was checked': {
        ...trace,
        ...checked({ 'OTLP write': swapped }),
        usernames: { 'otelcol.auth.basic': ['7'] },
      },
      'the stack is external, and its Alloy has lost nothing': {
        ...trace,
        run: { ...checked({ 'OTLP write': swapped }).run, stack: 'external' },
        usernames: { 'otelcol.auth.basic': ['1461503'] },
      },
    },
  },
  'token expired': {
    speaks: { ...trace, ...checked(), alloyMetrics: lostToLogin },
    finds: { use: 'OTLP export', variable: 'GRAFANA_CLOUD_API_KEY' },
    silent: {
      'the run has not asked Grafana Cloud': { ...trace, alloyMetrics: lostToLogin },
      'it was refused from the start': { ...trace, ...checked({ 'OTLP write': swapped }), alloyMetrics: lostToLogin },
      'what is refused is another signal': {
        ...asked({ path: 'otlp', subject: { kind: 'logs', query: '{}' }, seen: { kind: 'nothing' } }),
        ...checked(),
        alloyMetrics: lostToLogin,
      },
      'the export failed for another reason': { ...trace, ...checked(), alloyMetrics: lostSpans },
    },
  },
  'clock differs': {
    speaks: { run: sampleRun({ cloudState: { ways: [], problems: [{ kind: 'clock', offset: 300_000 }] } }) },
    finds: { offset: 300_000 },
    silent: {
      'the clock is right': checked(),
      'nothing could be asked': {
        ...asked(denied('http://h/api/v1/query')),
        run: sampleRun({ cloudState: { ways: [], problems: [{ kind: 'clock', offset: 300_000 }] } }),
      },
    },
  },
  'questions refused': {
    speaks: { refusedQuestions },
    finds: { refused: refusedQuestions, all: false },
    silent: { 'no service refuses the login': {} },
  },
  'backend silent': {
    speaks: silent,
    finds: {
      service: 'prometheus',
      url: sampleRun().access.prometheus.url,
      variable: 'GRAFANA_CLOUD_PROMETHEUS_ENDPOINT',
      since: 5,
      reason: 'timeout',
    },
    silent: {
      'the backend answered': {},
      'it gave no answer for a moment': asked({
        seen: { ...silentSeen, request: { ...silentSeen.request, silence: undefined } },
      }),
    },
  },
  'another backend': {
    speaks: { otherBackend },
    finds: { sendsTo: otherBackend.sendsTo, asked: otherBackend.asked },
    silent: {
      'Alloy sends to the one that is asked': {},
      'only traces go elsewhere': { otherBackend: { ...otherBackend, signals: ['traces'] } },
      'what was asked is told by Alloy': { ...asked({ path: 'otlp', subject: { kind: 'delivery' } }), otherBackend },
      'the backend gave no answer': { ...asked({ seen: { kind: 'query failure', message: 'no' } }), otherBackend },
      'an assertion failed': { ...error, otherBackend },
    },
  },
  'query refused': {
    speaks: asked({
      seen: {
        kind: 'query failure',
        message: 'http://h/api/v1/query answered 401: no',
        request: { url: 'http://h/api/v1/query', user: '1', status: 401 },
      },
    }),
    finds: { status: 401, url: 'http://h/api/v1/query', user: '1' },
    silent: {
      'the backend answered': {},
      'what failed was not a query': asked({
        seen: { kind: 'query failure', message: 'pg is gone' },
      }),
    },
  },
};

const rules = [...new Set(Object.values(RULES).flat())];

test('every rule has a case in which it speaks and one in which it must not', () => {
  expect(rules.map(({ kind }) => kind).sort()).toEqual(Object.keys(CASES).sort());
  for (const { silent } of Object.values(CASES)) expect(Object.keys(silent).length).toBeGreaterThan(0);
});

describe.each(rules.map((rule) => [rule.kind, rule] as const))('%s', (kind, rule) => {
  const cases = Object.entries(CASES).find(([name]) => name === kind)?.[1];
  if (cases === undefined) return;

  test('speaks if the symptoms prove it', () => {
    expect(rule.find(symptoms(cases.speaks))).toMatchObject({ kind, ...cases.finds });
  });

  test.each(Object.entries(cases.silent))('is silent if %s', (_, changes) => {
    expect(rule.find(symptoms(changes))).toBeUndefined();
  });
});

/** Symptoms that prove two causes: the one closer to the root is named first, its effect second. */
const query = { url: 'http://h', user: '1', status: 401 } as const;
const refusedQuery = { seen: { kind: 'query failure', message: 'refused', request: query } } as const;
const refusedTrace = asked({ path: 'otlp', subject: { kind: 'traces', query: '{}' }, ...refusedQuery });
const unreachable = [{ part: 'redis', address: '127.0.0.1:6379' }] as const;
const otlpLog = (error: string) =>
  `${NOW} level=error msg="Exporting failed. Dropping data." ${OTLP_EXPORTER} error="${error}"\n`;
const writeLog = (error: string) => `${NOW} level=error msg="non-recoverable error" ${REMOTE_WRITE} err="${error}"\n`;
const wrongRedisLogin = `${NOW} level=error msg="Couldn't connect to redis instance" component_id=prometheus.exporter.redis.x\n`;
const otherLabels = {
  kind: 'other labels',
  metric: 'redis_up',
  wanted: { job: 'j', instance: 'i' },
  found: [{ job: 'k', instance: 'i' }],
} as const;
const noUrl = sample('prometheus_remote_storage_samples_total', 0, { url: '' });

test.each<[string, string, Partial<Symptoms>]>([
  // OTLP
  ['no answer from Alloy', 'source unreachable', { ...trace, alloyAnswers: false, unreachable }],
  ['source unreachable', 'unhealthy components', { ...trace, unreachable, components: unhealthyReceiver }],
  ['unhealthy components', 'OTLP export fails', { ...trace, components: unhealthyReceiver, alloyMetrics: lostSpans }],
  [
    'OTLP login refused',
    'OTLP path not found',
    { ...trace, alloyMetrics: lostSpans, alloyLog: parseLog(otlpLog('Status Code 401') + otlpLog('Status Code 404')) },
  ],
  [
    'OTLP path not found',
    'OTLP endpoint unreachable',
    {
      ...trace,
      alloyMetrics: lostSpans,
      alloyLog: parseLog(otlpLog('Status Code 404') + otlpLog('connection refused')),
    },
  ],
  [
    'OTLP endpoint unreachable',
    'OTLP export fails',
    { ...trace, alloyMetrics: lostSpans, alloyLog: parseLog(otlpLog('connection refused')) },
  ],
  ['OTLP export fails', 'query refused', { ...refusedTrace, alloyMetrics: lostSpans }],
  ['questions refused', 'query refused', { ...refusedTrace, refusedQuestions }],
  ['wrong address of Alloy', 'nothing accepted over OTLP', { ...trace, needs: [], wrongAddresses: [wrongReceiver] }],
  ['query refused', 'nothing accepted over OTLP', refusedTrace],
  [
    'query refused',
    'nothing exported over OTLP',
    { ...refusedTrace, alloyMetrics: [sample('otelcol_receiver_accepted_spans_total', 1)] },
  ],
  [
    'backend silent',
    'nothing exported over OTLP',
    {
      ...asked({ path: 'otlp', subject: { kind: 'delivery' }, seen: { kind: 'answer', json: '{}' } }),
      alloyMetrics: [sample('otelcol_receiver_accepted_spans_total', 1)],
      silentService: { service: 'tempo', url: 'http://h', since: 5, reason: 'timeout' },
    },
  ],
  ['backend silent', 'no answer from Alloy', { ...silent, alloyAnswers: false }],
  ['backend silent', 'remote write fails', { ...silent, alloyMetrics: lostSamples }],
  // Remote write
  ['wrong address of Alloy', 'no answer from Alloy', { alloyAnswers: false, wrongAddresses: [wrongUrl] }],
  ['no answer from Alloy', 'another backend', { alloyAnswers: false, otherBackend }],
  ['another backend', 'source unreachable', { otherBackend, unreachable }],
  ['another backend', 'scrape fails', { otherBackend, up: 0 }],
  ['no answer from Alloy', 'source unreachable', { alloyAnswers: false, unreachable }],
  [
    'configuration error',
    'no answer from Alloy',
    { alloyAnswers: false, alloyLog: parseLog('Error: /x/config.alloy:3:15: expected block label\n') },
  ],
  ['source unreachable', 'unhealthy components', { unreachable, components: unhealthyScrape }],
  ['unhealthy components', 'remote write fails', { components: unhealthyScrape, alloyMetrics: lostSamples }],
  [
    'remote write without URL',
    'remote write login refused',
    { alloyMetrics: [noUrl, ...lostSamples], alloyLog: parseLog(writeLog('HTTP status 401 Unauthorized')) },
  ],
  [
    'remote write login refused',
    'remote write path not found',
    {
      alloyMetrics: lostSamples,
      alloyLog: parseLog(writeLog('HTTP status 401 Unauthorized') + writeLog('HTTP status 404 Not Found')),
    },
  ],
  [
    'remote write path not found',
    'remote write fails',
    { alloyMetrics: lostSamples, alloyLog: parseLog(writeLog('HTTP status 404 Not Found')) },
  ],
  ['remote write fails', 'query refused', { ...asked(refusedQuery), alloyMetrics: lostSamples }],
  ['query refused', 'exporter cannot connect', { ...asked(refusedQuery), alloyLog: parseLog(wrongRedisLogin) }],
  ['query refused', 'scrape fails', { ...asked(refusedQuery), up: 0 }],
  ['exporter cannot connect', 'scrape fails', { up: 0, alloyLog: parseLog(wrongRedisLogin) }],
  ['scrape fails', 'other labels', { ...asked({ nearest: otherLabels }), up: 0 }],
  ['other labels', 'nothing sent by remote write', asked({ nearest: otherLabels })],
  // Assertions and other errors
  ['source unreachable', 'no answer from Alloy', { ...error, unreachable, alloyAnswers: false }],
  [
    'no answer from Alloy',
    'unhealthy components',
    { ...error, needs: [], alloyAnswers: false, components: unhealthyScrape },
  ],
])('%s is the cause rather than %s', (root, effect, changes) => {
  const both = symptoms(changes);
  const proven = rules.filter((rule) => rule.find(both) !== undefined).map(({ kind }) => kind);
  expect(proven).toEqual(expect.arrayContaining([root, effect]));
  expect(explain(both)).toMatchObject({ kind: root });
});

const findBy = (kind: Finding['kind'], changes: Partial<Symptoms>) =>
  rules.find((rule) => rule.kind === kind)?.find(symptoms(changes));

test.each([
  'Error opening connection to database',
  "Couldn't connect to redis instance",
  'NOAUTH Authentication required.',
  'WRONGPASS invalid username-password pair',
  'pq: password authentication failed for user',
])('an exporter that logs "%s" cannot connect', (text) => {
  const alloyLog = parseLog(`${NOW} level=error msg="${text}" component_id=prometheus.exporter.redis.x`);
  expect(findBy('exporter cannot connect', { alloyLog })).toMatchObject({ source: 'redis', log: { message: text } });
  const subject = { kind: 'series', selector: '{}', source: 'redis' } as const;
  expect(findBy('exporter cannot connect', { ...asked({ subject }), alloyLog })).toMatchObject({ source: 'redis' });
  expect(findBy('exporter cannot connect', { ...error, alloyLog })).toBeUndefined();
});

test.each([
  'connection refused',
  'no such host',
  'ECONNREFUSED',
  'ENOTFOUND',
  'context deadline exceeded',
  'x509: certificate signed by unknown authority',
])('an exporter that logs "%s" does not reach its endpoint', (text) => {
  const alloyLog = parseLog(otlpLog(text));
  expect(findBy('OTLP endpoint unreachable', { ...trace, alloyLog })).toMatchObject({
    log: { message: `Exporting failed. Dropping data.: ${text}` },
  });
});

test('the newest line of the log is the one that is quoted', () => {
  const alloyLog = parseLog(otlpLog('413') + otlpLog('503'));
  expect(findBy('OTLP export fails', { ...trace, alloyMetrics: lostSpans, alloyLog })).toMatchObject({
    log: { message: 'Exporting failed. Dropping data.: 503' },
  });
});

test.each([
  ['listen tcp: address already in use', true],
  ['listen EADDRINUSE: 0.0.0.0:4317', true],
  ['permission denied', false],
])('whether the port is in use: %s', (message, portInUse) => {
  const [first] = unhealthyReceiver;
  const components = first === undefined ? [] : [{ ...first, message }];
  expect(findBy('unhealthy components', { ...trace, components })).toMatchObject({ message, portInUse });
});

test('a component that has exited is not healthy, and all that are not are named', () => {
  const components = [...unhealthyReceiver, ...component('otelcol.processor.batch.y'), ...unhealthyScrape];
  expect(findBy('unhealthy components', { ...trace, components })).toMatchObject({
    ids: ['otelcol.receiver.otlp.x', 'otelcol.processor.batch.y'],
    message: 'broken',
  });
});

test('the exporter of the part that is measured is on the path, also for a question about several series', () => {
  const components = component('prometheus.exporter.redis.x');
  const subject = { kind: 'series', selector: '{}', source: 'redis' } as const;
  expect(findBy('unhealthy components', { components })).toMatchObject({ ids: ['prometheus.exporter.redis.x'] });
  expect(findBy('unhealthy components', { ...asked({ subject }), components })).toBeDefined();
  expect(
    findBy('unhealthy components', { ...asked({ subject: { kind: 'series', selector: '{}' } }), components }),
  ).toBeUndefined();
});

test('any component matters to a criterion about Alloy alone, and none to an assertion about a part', () => {
  expect(findBy('unhealthy components', { ...error, needs: [], components: unhealthyScrape })).toBeDefined();
  expect(findBy('unhealthy components', { ...error, needs: ['redis'], components: unhealthyScrape })).toBeUndefined();
});

test('a metric that arrives with the wanted labels as well as others is not relabelled wrongly', () => {
  const found = [
    { job: 'k', instance: 'i', x: '1' },
    { job: 'j', instance: 'i', x: '2' },
  ];
  expect(findBy('other labels', asked({ nearest: { ...otherLabels, found } }))).toBeUndefined();
  const others = ['k', 'l'].map((job) => ({ job, instance: 'i' }));
  expect(findBy('other labels', asked({ nearest: { ...otherLabels, found: others } }))).toMatchObject({
    found: { job: 'k', instance: 'i' },
  });
});

test('a scrape of no known part fails without a source, and only a question about a metric has a scrape', () => {
  const subject = {
    kind: 'scraped metric',
    expression: 'x',
    metric: 'x',
    labels: { job: 'j', instance: 'i' },
  } as const;
  expect(findBy('scrape fails', { ...asked({ subject }), up: 0 })).toEqual({
    kind: 'scrape fails',
    job: 'j',
    instance: 'i',
  });
  expect(findBy('scrape fails', { ...asked({ subject: { kind: 'series', selector: '{}' } }), up: 0 })).toBeUndefined();
  const target = { component: 'c', url: 'u', labels: {}, error: '' };
  expect(findBy('scrape fails', { up: 0, targets: [target] })).not.toHaveProperty('target');
});

test('without a log, an exporter that is scraped and reports 0 cannot connect', () => {
  const rule = rules.find(({ kind }) => kind === 'exporter cannot connect');
  const seen = { kind: 'values', count: 1, values: [0] } as const;
  expect(rule?.find(symptoms({ ...asked({ seen }), up: 1 }))).toEqual({
    kind: 'exporter cannot connect',
    source: 'redis',
  });
});

test('an exporter of which one series is not 0 can connect', () => {
  const seen = { kind: 'values', count: 2, values: [0, 1] } as const;
  expect(findBy('exporter cannot connect', { ...asked({ seen }), up: 1 })).toBeUndefined();
});

test('samples that were dropped without a line in the log are reported without one', () => {
  expect(findBy('remote write fails', { alloyMetrics: lostSamples })).toEqual({ kind: 'remote write fails' });
  expect(findBy('OTLP export fails', { ...trace, alloyMetrics: lostSpans })).toEqual({ kind: 'OTLP export fails' });
});

test('an export that is denied for its scope is one whose login is refused', () => {
  const alloyMetrics = [sample('otelcol_exporter_send_failed_spans_total', 3, { error_type: 'PermissionDenied' })];
  expect(findBy('token expired', { ...trace, ...checked(), alloyMetrics })).toMatchObject({ use: 'OTLP export' });
});

test('whether every service refuses its login is told', () => {
  const all = (['prometheus', 'tempo', 'loki'] as const).map(
    (service) => ({ service, user: '1', status: 401 }) as const,
  );
  expect(findBy('questions refused', { refusedQuestions: all })).toMatchObject({ refused: all, all: true });
});

describe('a question that Grafana Cloud refuses', () => {
  const url = sampleRun().access.prometheus.url;
  const find = (kind: Finding['kind'], changes: Partial<Symptoms>) =>
    rules.find((rule) => rule.kind === kind)?.find(symptoms({ ...asked(denied(`${url}/api/v1/query`)), ...changes }));

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

describe('the ID of a refused login', () => {
  const refused = {
    ...trace,
    alloyMetrics: [sample('otelcol_exporter_send_failed_spans_total', 3, { error_type: 'Unauthenticated' })],
  };
  const rule = rules.find(({ kind }) => kind === 'OTLP login refused');
  const find = (changes: Partial<Symptoms>) => rule?.find(symptoms({ ...refused, ...changes }));
  const external = {
    run: sampleRun({ stack: 'external' }),
    ...asked({ path: 'otlp', lostBefore: 0, subject: { kind: 'traces', query: '{}' } }),
  };

  test('is what Alloy evaluated, whatever the variables are', () => {
    expect(find({ usernames: { 'otelcol.auth.basic': ['2847239'] } })).toMatchObject({
      instanceId: '2847239',
      twin: 'GRAFANA_CLOUD_PROMETHEUS_INSTANCE_ID',
    });
  });

  test('is what the mock cloud refused', () => {
    const refusals = [{ service: 'otlp', user: '1419296', reason: 'foreign instance ID', count: 1 }] as const;
    expect(find({ refusals })).toMatchObject({ instanceId: '1419296', twin: 'GRAFANA_CLOUD_LOKI_INSTANCE_ID' });
  });

  test('is the variable of a stack that the run started, and unknown for an external one', () => {
    expect(find({})).toMatchObject({ instanceId: '1461503' });
    expect(find(external)).toEqual({ kind: 'OTLP login refused' });
  });

  test('is unknown if Alloy has several logins and the stack is external', () => {
    expect(find({ ...external, usernames: { 'otelcol.auth.basic': ['1', '2'] } })).toEqual({
      kind: 'OTLP login refused',
    });
  });
});
