import { describe, expect, test } from 'vitest';
import { describeEvidence } from './evidence-sentences.ts';
import type { ConnectFault, Finding, FindingKind, LoginFault, RefusedLogin, ScrapeFault } from './finding.ts';
import { describeFinding } from './finding-sentences.ts';
import type { Place } from './place.ts';
import { describeFailure } from './sentences.ts';
import { sampleFindings, sampleObservation, samplePlace } from './testing/samples.ts';

const up = sampleObservation();
const grafana = { url: 'GRAFANA_URL', login: ['GRAFANA_SERVICE_ACCOUNT_TOKEN'] };
const hosted = {
  url: 'GRAFANA_CLOUD_LOKI_ENDPOINT',
  login: ['GRAFANA_CLOUD_LOKI_INSTANCE_ID', 'GRAFANA_CLOUD_API_KEY'],
};

describe('evidence in words', () => {
  test('a fact keeps the words of the spec', () => {
    expect(describeEvidence({ kind: 'fact', fact: 'all is well' })).toBe('all is well');
  });

  test('what holds is one line with what was seen and the number of attempts', () => {
    const seen = { kind: 'values', count: 1, values: [1] } as const;
    expect(describeEvidence({ ...up, holds: true, seen, attempts: 5, elapsedMs: 240 })).toBe(
      'redis_up{job="integrations/redis_exporter",instance="redis"} is 1: 1 (5 attempts in 0.2 s)',
    );
    expect(describeEvidence({ ...up, holds: true, seen, attempts: 1, elapsedMs: 4 })).toMatch(
      /\(1 attempt in 0\.0 s\)$/,
    );
  });

  test('where no cause is known, it says how far things get, and what has changed since all was well', () => {
    const changes = {
      since: Date.UTC(2026, 10, 27, 4, 26),
      configuration: { file: 'grafana-alloy/config.alloy', lines: [{ line: 45, name: 'forward_to' }], gone: 3 },
      files: ['fixtures/services/bot/topology.ts'],
    };
    const way = { items: 'spans', sent: 12, accepted: 12 } as const;
    expect(describeEvidence({ kind: 'error', message: 'x', lead: { way, changes } })).toBe(
      [
        'x',
        '  cause:     not known',
        '  way:       Alloy has accepted 12 spans in this run and sent 12, none of them refused: it ends behind Alloy, or was never sent to it',
        '  changed:   since all criteria held (2026-11-27 04:26 UTC): grafana-alloy/config.alloy:45 (forward_to); 2 lines of grafana-alloy/config.alloy are gone; fixtures/services/bot/topology.ts',
      ].join('\n'),
    );
    const place = { component: 'prometheus.relabel.x', file: 'x.alloy', line: 3 };
    expect(describeEvidence({ ...up, lead: { way: { items: 'samples', place } } })).toMatch(
      /\n {2}way: {7}samples get as far as prometheus\.relabel\.x \(x\.alloy:3\)$/,
    );
  });

  test('what does not hold is shown with what was expected, last seen and nearest', () => {
    const nearest = {
      kind: 'other labels',
      metric: 'redis_up',
      wanted: { job: 'integrations/redis_exporter', instance: 'redis' },
      found: [{ job: 'integrations/redis', instance: 'redis:6379' }],
    } as const;
    expect(describeEvidence({ ...up, nearest })).toBe(
      [
        'expected that redis_up{job="integrations/redis_exporter",instance="redis"} is 1',
        '  last seen: no series',
        '  nearest:   redis_up exists with job="integrations/redis", instance="redis:6379"',
        '  asked:     12 attempts in 3.4 s',
      ].join('\n'),
    );
  });

  test('an error keeps all lines of its message', () => {
    expect(describeEvidence({ kind: 'error', message: 'expected 1\n  to be 2' })).toBe('expected 1\n  to be 2');
  });

  test.each([
    [{ kind: 'OTLP metric', metric: 'm', service: 's' }, 'm of s'],
    [{ kind: 'series', selector: '{job="x"}' }, '{job="x"}'],
    [{ kind: 'trace', traceId: 'abc' }, 'the trace abc'],
    [{ kind: 'traces', query: '{name="x"}' }, '{name="x"}'],
    [{ kind: 'logs', query: '{a="b"}' }, '{a="b"}'],
    [{ kind: 'metric of Alloy', metric: 'm', labels: {} }, "Alloy's own m"],
    [{ kind: 'metric of Alloy', metric: 'm', labels: { a: 'b' } }, 'Alloy\'s own m{a="b"}'],
    [{ kind: 'delivery' }, "Alloy's OTLP export"],
  ] as const)('the subject %j', (subject, words) => {
    const observation = sampleObservation({ subject: subject as typeof up.subject });
    expect(describeEvidence(observation).split('\n')[0]).toBe(`expected that ${words} is 1`);
  });

  test.each([
    [{ kind: 'value', is: 'at most', value: 3 }, 'is at most 3'],
    [{ kind: 'agreement', with: 'INFO', within: 0 }, 'agrees with INFO'],
    [{ kind: 'agreement', with: 'INFO', within: 2 }, 'agrees with INFO, give or take 2'],
    [{ kind: 'span', shape: '{"name":"x"}' }, 'has a span {"name":"x"}'],
    [{ kind: 'trace', traceId: 'abc' }, 'finds the trace abc'],
    [{ kind: 'line', line: 'a "b"' }, 'has the line "a \\"b\\""'],
    [{ kind: 'lines', patterns: ['tracing', '/logs?/i'] }, 'has a line for each of tracing, /logs?/i'],
    [{ kind: 'labels', labels: { instance: 'redis' } }, 'has series, all with instance="redis"'],
    [{ kind: 'any', of: 'line' }, 'has a line'],
    [{ kind: 'any', of: 'value' }, 'has a value'],
    [{ kind: 'any', of: 'trace' }, 'finds a trace'],
    [{ kind: 'empty' }, 'is empty'],
    [{ kind: 'newer sample', since: 0 }, 'has a sample after 1970-01-01T00:00:00.000Z'],
    [{ kind: 'stated', statement: 'has a line' }, 'has a line'],
  ] as const)('the condition %j', (condition, words) => {
    const observation = sampleObservation({
      subject: { kind: 'logs', query: 'q' },
      condition: condition as typeof up.condition,
    });
    expect(describeEvidence(observation).split('\n')[0]).toBe(`expected that q ${words}`);
  });

  test.each([
    [{ kind: 'nothing' }, 'nothing'],
    [{ kind: 'values', count: 0, values: [] }, 'no series'],
    [{ kind: 'values', count: 2, values: [1, 2] }, '2 series with 1, 2'],
    [{ kind: 'values', count: 9, values: [1, 2] }, '9 series with 1, 2, …'],
    [{ kind: 'comparison', value: 3, source: 'INFO', least: 4, most: 4 }, '3, while INFO says 4'],
    [{ kind: 'comparison', value: 3, source: 'INFO', least: 4, most: 16 }, '3, while INFO says 4 to 16'],
    [{ kind: 'comparison', source: 'INFO', least: 4, most: 4 }, 'no sample since, while INFO says 4'],
    [{ kind: 'spans', names: [] }, 'no spans'],
    [{ kind: 'spans', names: ['a', 'b'] }, 'spans a, b'],
    [{ kind: 'spans', names: ['a'], missing: ['child b'] }, 'spans a, without the expected child b'],
    [{ kind: 'count', of: 'lines', count: 3 }, '3 lines'],
    [{ kind: 'count', of: 'traces', count: 1 }, '1 trace'],
    [
      { kind: 'samples', series: [{ count: 7, newest: [{ time: 1500, value: 0 }] }] },
      '7 samples, the newest 0 at 00:00:01.500',
    ],
    [{ kind: 'newest sample', time: 0 }, 'the newest sample is from 1970-01-01T00:00:00.000Z'],
    [{ kind: 'answer', count: 2, json: '[1,2]' }, '2 found: [1,2]'],
    [
      {
        kind: 'delivery',
        bound: 10_400,
        signals: {
          spans: { emitted: 20, arrived: 20, twice: 0, ms: 240 },
          metric_points: { emitted: 10, arrived: 10, twice: 0, changed: { count: 3, in: ['time', 'value'] } },
          log_records: { emitted: 20, arrived: 18, twice: 2, refused: 1, failed: 4 },
        },
      },
      '20 of 20 spans arrived, the last after 0.2 s (at most 10.4 s); 10 of 10 metric data points arrived, 3 of them with another ' +
        'time and value; 18 of 20 log records arrived, 2 of them twice, Alloy refused 1, Alloy gave up 4',
    ],
    [{ kind: 'query failure', message: 'http://x answered 500' }, 'http://x answered 500'],
  ] as const)('seen: %j', (seen, words) => {
    expect(describeEvidence(sampleObservation({ seen })).split('\n')).toContain(`  last seen: ${words}`);
  });

  test.each([
    [
      { kind: 'other names', metric: 'pg_upp', labels: { job: 'x' }, count: 9, names: ['pg_up'] },
      'no series of this run is called pg_upp; 9 other names have these labels, the nearest: pg_up',
    ],
    [{ kind: 'no series', labels: { job: 'x' } }, 'no series of this run has the labels job="x"'],
    [{ kind: 'other traces', count: 3, example: 'abc' }, '3 other traces of this run are in the backend, such as abc'],
    [{ kind: 'no traces' }, 'no trace of this run is in the backend'],
    [
      { kind: 'other lines', selector: '{a="b"}', count: 7, newest: 'listening' },
      '{a="b"} has 7 other lines, the newest: listening',
    ],
    [
      { kind: 'other services', selector: '{a="b"}', count: 1, services: ['bot'] },
      '{a="b"} has no lines; bot has some',
    ],
    [
      { kind: 'other services', selector: '{a="b"}', count: 2, services: ['api', 'bot'] },
      '{a="b"} has no lines; api, bot have some',
    ],
    [
      { kind: 'other services', selector: '{}', count: 12, services: ['api', 'bot'] },
      '{} has no lines; api, bot, … have some',
    ],
    [{ kind: 'no lines' }, 'no log line of this run is in the backend'],
    [{ kind: 'query failure', message: 'http://x gives no answer' }, 'http://x gives no answer'],
  ] as const)('nearest: %j', (nearest, words) => {
    expect(describeEvidence(sampleObservation({ nearest })).split('\n')).toContain(`  nearest:   ${words}`);
  });
});

describe('findings in words', () => {
  test.each(Object.entries(sampleFindings))('%s has a cause and a fix', (_, findings) => {
    for (const finding of findings) {
      const { cause, fix } = describeFinding(finding);
      expect(cause.length).toBeGreaterThan(10);
      expect(fix.length).toBeGreaterThan(10);
      expect(`${cause} ${fix}`).not.toMatch(/undefined|\[object|null/);
    }
  });

  const user = (service: string, changes = {}) =>
    samplePlace('otelcol.auth.basic.x', 'username', `GRAFANA_CLOUD_${service}_INSTANCE_ID`, changes);
  const OTLP = 'Grafana Cloud shows under your stack > OpenTelemetry > Configure';
  const PROMETHEUS = 'Grafana Cloud shows under your stack > Prometheus > Details';
  test.each<[RefusedLogin, string, string]>([
    [{ reason: 'no credentials', instanceId: '1' }, 'a request without a login', 'ID and GRAFANA_CLOUD_API_KEY'],
    [
      { reason: 'wrong token', instanceId: '1' },
      "the instance ID 1 with a token that is not the stack's",
      'GRAFANA_CLOUD_API_KEY',
    ],
    [
      { reason: 'foreign instance ID', instanceId: '1' },
      'the instance ID 1, which belongs to another service of Grafana Cloud',
      'ID',
    ],
    [
      { reason: 'unknown instance ID', instanceId: '1' },
      'the instance ID 1, which is none of your Grafana Cloud stack',
      'ID',
    ],
    [{ instanceId: '1' }, 'the instance ID 1', 'ID and GRAFANA_CLOUD_API_KEY'],
    [{}, "Alloy's login", 'ID and GRAFANA_CLOUD_API_KEY'],
    [{ instanceId: '' }, 'a login without an instance ID', 'ID'],
  ])('a login that was refused with %j is described, with what to set', (login, words, variables) => {
    const name = (service: string) => variables.replace(/^ID/, `GRAFANA_CLOUD_${service}_INSTANCE_ID`);
    const otlp = describeFinding({ kind: 'OTLP login refused', login: 'basic', place: user('OTLP'), ...login });
    expect(otlp.cause).toContain(`401 Unauthorized to ${words}; Alloy`);
    expect(otlp.fix).toBe(`Set ${name('OTLP')} to what ${OTLP}`);
    const write = describeFinding({
      kind: 'remote write login refused',
      login: 'basic',
      place: user('PROMETHEUS'),
      ...login,
    });
    expect(write.cause).toContain(`401 Unauthorized for ${words}; the samples`);
    expect(write.fix).toBe(`Set ${name('PROMETHEUS')} to what ${PROMETHEUS}`);
  });

  test('of an Alloy that the run has not started, the environment is corrected there', () => {
    const login = { login: 'basic', place: user('OTLP'), instanceId: '1', isElsewhere: true } as const;
    const say = (reason: LoginFault) => describeFinding({ kind: 'OTLP login refused', ...login, reason }).fix;
    expect(say('wrong token')).toBe(
      'Set GRAFANA_CLOUD_API_KEY in the environment of that Alloy to the token of this run, which is taken, or a new one, and start it again',
    );
    expect(say('unknown instance ID')).toBe(
      `Set GRAFANA_CLOUD_OTLP_INSTANCE_ID in the environment of that Alloy to what ${OTLP}, and start it again`,
    );
  });

  const log = { component: 'c', message: 'm' };
  const at = { file: 'config.alloy', line: 5 };
  const connect = (fault: ConnectFault, place: Partial<Place>): Finding => {
    const setting = { component: 'e', setting: 'redis_password', ...at, ...place };
    return { kind: 'exporter cannot connect', source: 'redis', fault, reason: 'NOAUTH', place: setting };
  };
  const scrape = (fault: ScrapeFault, place: Partial<Place>): FindingKind<'scrape fails'> => {
    return { kind: 'scrape fails', url: 'u', error: 'e', fault, place: { component: 's', ...at, ...place } };
  };
  const endpoint = (value: string, expression: string): Place => {
    return { component: 'x', setting: 'endpoint', ...at, value, expression, variables: ['E'] };
  };
  test.each<[Finding, string]>([
    [
      connect('no login', { expression: 'sys.env("P")', variables: ['P'] }),
      'Set P, which redis_password reads at config.alloy:5: it is empty',
    ],
    [connect('no login', {}), 'Set redis_password of e (config.alloy:5): Redis wants it'],
    [connect('login', { expression: '"secret"' }), 'user and password in redis_password at config.alloy:5'],
    [
      connect('refused', { expression: 'sys.env("A")', variables: ['A'] }),
      'Correct the address in A, as Alloy reaches it',
    ],
    [
      {
        kind: 'remote write refused',
        status: 400,
        message: 'per-user series limit of 10000 exceeded',
        place: endpoint('url', '"u"'),
      },
      'Drop series or labels with a write_relabel_config of x, or have the limit of the stack raised',
    ],
    [
      {
        kind: 'remote write refused',
        status: 429,
        message: 'ingestion rate limit',
        place: endpoint('url', '"u"'),
      },
      'Send less, or have the limits of the stack raised',
    ],
    [
      {
        kind: 'source fails',
        source: 'redis',
        fault: 'no permission',
        reason: "NOPERM User exporter has no permissions to run the 'info' command",
      },
      'ACL SETUSER exporter +info',
    ],
    [scrape('refused', {}), 'Correct the address of the target at config.alloy:5'],
    [scrape('refused', { variables: ['A'], expression: 'sys.env("A")' }), 'Correct A'],
    [
      scrape('sample limit', { setting: 'sample_limit', expression: '100' }),
      'Raise sample_limit = 100 at config.alloy:5, or remove it',
    ],
    [
      { ...scrape('HTTP status', { setting: 'metrics_path', expression: '"/x"' }), rightUrl: 'http://r/metrics' },
      'Correct metrics_path = "/x" at config.alloy:5: RabbitMQ has its metrics at http://r/metrics',
    ],
    [
      { ...scrape('refused', { variables: ['A'] }), rightUrl: 'http://r/metrics' },
      'Correct A: the run itself finds the metrics at http://r/metrics',
    ],
    [
      {
        kind: 'OTLP path not found',
        url: 'u',
        place: endpoint('http://h/otlp/v1/traces', 'sys.env("E") + "/v1/traces"'),
      },
      'Remove /v1/traces from endpoint at config.alloy:5',
    ],
    [{ kind: 'OTLP path not found', url: 'u', place: endpoint('http://h/otl', 'sys.env("E")') }, 'Make E end in /otlp'],
    [
      { kind: 'OTLP endpoint unreachable', reason: 'r', place: endpoint('http://h/otlp', 'sys.env("E")') },
      'Check E, and the network',
    ],
    [
      connect('refused', {
        expression: 'sys.env("A")',
        variables: ['A'],
        flaw: 'has quotes around it: leave them out',
      }),
      'Correct A, which has quotes around it: leave them out',
    ],
    [
      connect('login', { setting: 'redis_user', expression: '"x"' }),
      'Correct redis_user at config.alloy:5 and the password beside it',
    ],
    [
      scrape('timeout', { setting: 'scrape_timeout', expression: '"1ms"', variables: [] }),
      'Raise scrape_timeout = "1ms" at config.alloy:5',
    ],
    [
      scrape('timeout', { setting: 'scrape_timeout', expression: 'sys.env("S")', variables: ['S'] }),
      'See why the target is slow or out of reach',
    ],
    [{ kind: 'unhealthy components', ids: ['a'], message: 'm', portInUse: true }, 'ALLOY_OTLP_GRPC_LISTEN'],
    [
      { kind: 'unhealthy components', ids: ['a', 'b'], message: 'm', portInUse: false },
      'Correct a in the configuration',
    ],
    [{ kind: 'source unreachable', source: 'redis', address: 'h:1', variable: 'REDIS_URL' }, 'or correct REDIS_URL'],
    [{ kind: 'query refused', url: 'u', status: 401, message: 'm', user: '7' }, 'a login that may read from u'],
    [{ kind: 'query refused', url: 'u', status: 403, message: 'm', user: '7' }, 'a login that may read from u'],
    [
      { kind: 'query refused', url: 'u', status: 0, message: 'm', user: '7' },
      'Check that u is right, and that u can be reached',
    ],
    [{ kind: 'query refused', url: 'u', status: 400, message: 'm', user: '7' }, 'and the query'],
    [{ kind: 'query refused', url: 'u', status: 404, message: 'm', user: '7' }, 'u is not there'],
    [{ kind: 'query refused', url: 'u', status: 503, message: 'm', user: '7' }, 'u has a fault'],
    [{ kind: 'query refused', url: 'u', status: 429, message: 'm', user: '7' }, 'later'],
    [{ kind: 'query refused', url: 'u', status: 407, message: 'm', user: '7', isProxied: true }, 'HTTPS_PROXY'],
    [
      { kind: 'query refused', url: 'u', status: 403, message: 'm', user: '', variables: grafana },
      'Set GRAFANA_SERVICE_ACCOUNT_TOKEN to a token that may query',
    ],
    [
      { kind: 'query refused', url: 'u', status: 401, message: 'm', user: '1', variables: hosted },
      'Set GRAFANA_CLOUD_LOKI_INSTANCE_ID and GRAFANA_CLOUD_API_KEY to a login',
    ],
    [
      {
        kind: 'questions refused',
        refused: [
          { service: 'loki', user: '', status: 401, variables: { url: 'LOKI_URL', login: ['LOKI_URL'] } },
          { service: 'tempo', user: '', status: 401, variables: { url: 'TEMPO_URL', login: ['TEMPO_URL'] } },
        ],
        all: false,
      },
      'Put a login that may read into LOKI_URL and TEMPO_URL, such as',
    ],
    [
      {
        kind: 'questions refused',
        refused: [{ service: 'loki', user: '', status: 403, variables: grafana }],
        all: true,
      },
      'Set GRAFANA_SERVICE_ACCOUNT_TOKEN to a token that may query',
    ],
    [
      {
        kind: 'questions refused',
        refused: [{ service: 'loki', user: '', status: 403, variables: hosted }],
        all: true,
      },
      'Set GRAFANA_CLOUD_READ_TOKEN, or',
    ],
    [
      { kind: 'query refused', url: 'u', status: 200, message: 'm', user: '7', stranger: 'web page' },
      'a web page, such as the portal',
    ],
    [
      {
        kind: 'exporter cannot connect',
        source: 'redis',
        fault: 'TLS',
        reason: 'r',
        place: {
          component: 'e',
          setting: 'redis_addr',
          file: 'config.alloy',
          line: 5,
          expression: '"rediss://" + coalesce(sys.env("A"), "redis:6379")',
          variables: ['A'],
        },
      },
      'Correct the scheme in redis_addr at config.alloy:5',
    ],
    [
      {
        kind: 'scrape fails',
        url: 'http://127.0.0.1:9/metrics',
        error: 'refused',
        fault: 'refused',
        place: {
          component: 's',
          setting: 'targets',
          file: 'config.alloy',
          line: 5,
          expression: '[{"__address__" = sys.env("A")}, {"__address__" = "127.0.0.1:9"}]',
          variables: ['A'],
        },
      },
      'Correct the __address__ "127.0.0.1:9" at config.alloy:5',
    ],
    [
      {
        kind: 'scrape fails',
        url: 'http://rabbitmq:15692/metrics',
        error: 'no such host',
        fault: 'unknown host',
        place: {
          component: 's',
          setting: 'targets',
          file: 'config.alloy',
          line: 5,
          expression: '[{"__address__" = coalesce(sys.env("A"),"rabbitmq:15692")}]',
          variables: ['A'],
        },
      },
      'Set A, without which the address of the target is "rabbitmq:15692" at config.alloy:5',
    ],
  ])('the fix of %j is the right one', (finding, fix) => {
    expect(describeFinding(finding).fix).toContain(fix);
  });

  test.each<[Finding, string]>([
    [{ kind: 'no answer from Alloy', url: 'u' }, 'Alloy gives no answer at u'],
    [{ kind: 'no answer from Alloy', url: 'u', lastLog: log }, 'Alloy gives no answer at u; its log ends with: c: m'],
    [
      { kind: 'no answer from Alloy', url: 'u', lastLog: { component: '', message: 'm' } },
      'Alloy gives no answer at u; its log ends with: m',
    ],
    [{ kind: 'unhealthy components', ids: ['a'], message: 'm', portInUse: false }, 'a is not healthy: m'],
    [{ kind: 'unhealthy components', ids: ['a', 'b'], message: 'm', portInUse: false }, 'a, b are not healthy: m'],
    [connect('no login', {}), "e can't log in to Redis: NOAUTH"],
    [connect('refused', {}), "e can't connect to Redis: NOAUTH"],
    [scrape('refused', {}), "s can't scrape u: nothing listens there (connection refused)"],
    [scrape('HTTP status', {}), "s can't scrape u: e"],
    [
      { kind: 'other labels', wanted: { job: 'j' }, found: { job: 'k' } },
      'it is scraped and delivered under other labels: job="k" instead of job="j"',
    ],
    [
      { kind: 'OTLP path not found', url: 'u', place: endpoint('u', 'sys.env("E")') },
      'the OTLP gateway answers 404: u (config.alloy:5) is not a path that it serves',
    ],
    [
      { kind: 'remote write path not found', status: 405, place: endpoint('u', 'sys.env("E")') },
      'remote write gets 405: u (config.alloy:5) is not a path where Prometheus accepts samples',
    ],
    [
      { kind: 'OTLP endpoint unreachable', reason: '', place: endpoint('u', 'sys.env("E")') },
      'x gets no answer from u (config.alloy:5) to what it sends, and keeps it',
    ],
    [
      { kind: 'remote write unreachable', reason: 'no such host', place: endpoint('u', 'sys.env("E")') },
      "x can't reach u (config.alloy:5), and keeps trying: no such host",
    ],
    [
      { kind: 'remote write refused', message: '', place: endpoint('u', 'sys.env("E")') },
      'x has dropped samples: u refuses them',
    ],
    [{ kind: 'query refused', url: 'u', status: 500, message: 'm', user: '7' }, 'm'],
    [
      { kind: 'backend silent', service: 'loki', url: 'u', since: 0, reason: 'r' },
      'Loki has given no answer at u since 1970-01-01T00:00:00.000Z: r',
    ],
  ])('the cause of %j has its data', (finding, cause) => {
    expect(describeFinding(finding).cause).toBe(cause);
  });

  test('a silent service names the variable that has its address, where one has', () => {
    const silent = { kind: 'backend silent', service: 'loki', url: 'u', since: 0, reason: 'r' } as const;
    expect(describeFinding({ ...silent, variable: 'LOKI_URL' }).fix).toMatch(
      /^Check that LOKI_URL is right\. Look at /,
    );
    expect(describeFinding(silent).fix).toMatch(/^Look at the log and the load of Loki, /);
  });

  test('another backend is told with its addresses, and the variables that lead to the one that is asked', () => {
    const asked = { service: 'loki', url: 'http://b', variable: 'LOKI_URL' } as const;
    expect(describeFinding({ kind: 'another backend', sendsTo: ['http://a/otlp'], asked: [asked] })).toEqual({
      cause:
        'this Alloy sends to another backend than the one that is asked: it counts as delivered what it sends to http://a/otlp, ' +
        'and nothing of it is in Loki at http://b',
      fix:
        'Set ALLOY_URL to the Alloy that sends there, or LOKI_URL to the backend of this one; if http://a/otlp should pass it ' +
        'on, look there',
    });
  });

  test('a refused login names the variable that has the same ID', () => {
    const twin = 'GRAFANA_CLOUD_PROMETHEUS_INSTANCE_ID';
    const { cause, fix } = describeFinding({
      kind: 'OTLP login refused',
      login: 'basic',
      place: user('OTLP'),
      instanceId: '2847239',
      reason: 'foreign instance ID',
      twin,
    });
    expect(cause).toContain(
      '401 Unauthorized to the instance ID 2847239, which is GRAFANA_CLOUD_PROMETHEUS_INSTANCE_ID; Alloy',
    );
    expect(fix).toContain("the OTLP gateway's own ID");
  });

  test('a login that reads the variable of another service is corrected in the configuration', () => {
    const place = user('PROMETHEUS', { value: '2847239' });
    const { cause, fix } = describeFinding({
      kind: 'OTLP login refused',
      login: 'basic',
      place,
      instanceId: '2847239',
    });
    expect(cause).toContain('as username of otelcol.auth.basic.x is sys.env("GRAFANA_CLOUD_PROMETHEUS_INSTANCE_ID")');
    expect(fix).toContain('Let username at config.alloy:5 be sys.env("GRAFANA_CLOUD_OTLP_INSTANCE_ID")');
  });

  test('without a finding the message of the error is the evidence alone', () => {
    expect(describeFailure(up, undefined)).toBe(describeEvidence(up));
    expect(describeFailure(undefined, { kind: 'listed problems', problems: ['x is wrong'], fix: 'y' })).toBe(
      '  cause:     x is wrong\n  fix:       y',
    );
  });

  test('the message of the error holds what was found, the cause and the fix', () => {
    expect(
      describeFailure(
        { kind: 'error', message: 'expected 1 to be 2' },
        {
          kind: 'nothing sent by remote write',
          place: { component: 'prometheus.remote_write.x', file: 'config.alloy', line: 5 },
        },
      ),
    ).toBe(
      [
        'expected 1 to be 2',
        '  cause:     prometheus.remote_write.x (config.alloy:5) has not sent a single sample',
        '  fix:       See that forward_to of each prometheus.scrape leads to prometheus.remote_write.x.receiver, and that nothing in its endpoint keeps samples back: queue_config, sample_age_limit',
      ].join('\n'),
    );
  });
});
