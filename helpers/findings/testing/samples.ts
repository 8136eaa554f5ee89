import type { Observation } from '../evidence.ts';
import type { Finding, FindingKind } from '../finding.ts';
import type { Place } from '../place.ts';
import { sampleServiceFindings } from './service-samples.ts';

/** A question about Redis's `redis_up` that got no series. */
export function sampleObservation(changes: Partial<Observation> = {}): Observation {
  return {
    kind: 'observation',
    holds: false,
    subject: {
      kind: 'scraped metric',
      expression: 'redis_up{job="integrations/redis_exporter",instance="redis"}',
      metric: 'redis_up',
      labels: { job: 'integrations/redis_exporter', instance: 'redis' },
      source: 'redis',
    },
    path: 'remote write',
    condition: { kind: 'value', is: 'equal', value: 1 },
    seen: { kind: 'values', count: 0, values: [] },
    attempts: 12,
    askedAt: Date.parse('2026-11-26T00:00:10Z'),
    elapsedMs: 3400,
    ...changes,
  };
}

const labels = { job: 'j', instance: 'i' };

/** A setting that is a variable of the environment, as the configuration has it. */
export function samplePlace(component: string, setting: string, variable: string, changes: Partial<Place> = {}): Place {
  return {
    component,
    setting,
    file: 'config.alloy',
    line: 5,
    expression: `sys.env("${variable}")`,
    variables: [variable],
    references: [],
    ...changes,
  };
}

const WRITE = 'prometheus.remote_write.x';
const EXPORTER = 'otelcol.exporter.otlphttp.x';
const otlpEndpoint = samplePlace(EXPORTER, 'endpoint', 'GRAFANA_CLOUD_OTLP_ENDPOINT', { value: 'http://x/otlp' });
const otlpUser = samplePlace('otelcol.auth.basic.x', 'username', 'GRAFANA_CLOUD_OTLP_INSTANCE_ID', { value: '1' });
const writeUrl = samplePlace(WRITE, 'url', 'GRAFANA_CLOUD_PROMETHEUS_ENDPOINT', { value: 'http://x/push' });
const writeUser = samplePlace(WRITE, 'username', 'GRAFANA_CLOUD_PROMETHEUS_INSTANCE_ID', { value: '1' });
const batch: Place = { component: 'otelcol.processor.batch.x', file: 'config.alloy', line: 9 };
const tempo = { service: 'tempo', url: 'http://x/tempo' } as const;
const variable = 'GRAFANA_CLOUD_TEMPO_ENDPOINT';
const redisAddress = samplePlace('prometheus.exporter.redis.x', 'redis_addr', 'REDIS_EXPORTER_ADDRESS');
const scrape: Place = { component: 'prometheus.scrape.x' };
const relabel: Place = { component: 'discovery.relabel.x', file: 'config.alloy', line: 7 };

/** Findings of every kind, with and without their optional fields. */
export const sampleFindings: { readonly [K in Finding['kind']]: readonly FindingKind<K>[] } = {
  ...sampleServiceFindings,
  'event lost': [
    { kind: 'event lost', processed: 1, announced: 0 },
    { kind: 'event lost', processed: 3, announced: 2 },
  ],
  'dead letters wait': [
    { kind: 'dead letters wait', queue: 'bot.events.dead_letters', messages: 1 },
    { kind: 'dead letters wait', queue: 'bot.events.dead_letters', messages: 3 },
  ],
  'dead letter lost': [{ kind: 'dead letter lost' }],
  'queue shared': [{ kind: 'queue shared', queue: 'bot.events', consumers: 2 }],
  'source says so': [
    { kind: 'source says so', source: 'rabbitmq', metric: 'm', value: 5, wanted: '7', queue: 'q' },
    { kind: 'source says so', source: 'rabbitmq', metric: 'm', value: 5, wanted: 'below 5' },
  ],
  'messages not acknowledged': [
    {
      kind: 'messages not acknowledged',
      queue: 'bot.events',
      unacknowledged: 8,
      ready: 2,
      consumers: 1,
      acknowledged: 0,
    },
    {
      kind: 'messages not acknowledged',
      queue: 'bot.events',
      unacknowledged: 1,
      ready: 0,
      consumers: 2,
      acknowledged: 3,
    },
  ],
  'listed problems': [{ kind: 'listed problems', problems: ['this is wrong', 'so is that'], fix: 'correct both' }],
  'configuration error': [
    { kind: 'configuration error', file: '/x/config.alloy', line: 3, column: 5, message: 'missing "}"' },
    {
      kind: 'configuration error',
      file: '/x/config.alloy',
      line: 3,
      column: 1,
      message: 'at least one endpoint must be specified',
      place: otlpEndpoint,
    },
    {
      kind: 'configuration error',
      file: '/x/config.alloy',
      line: 3,
      column: 1,
      message: 'otelcol.exporter.otlphttp.x should be capsule, got object',
      place: otlpEndpoint,
      meant: 'otelcol.exporter.otlphttp.x.input',
    },
    {
      kind: 'configuration error',
      file: '/x/config.alloy',
      line: 3,
      column: 1,
      message: 'at least one endpoint must be specified',
      place: { ...otlpEndpoint, misspelt: { name: 'OTLP_ENDPOIN', meant: 'OTLP_ENDPOINT' } },
    },
  ],
  'no answer from Alloy': [
    { kind: 'no answer from Alloy', url: 'http://127.0.0.1:12345' },
    { kind: 'no answer from Alloy', url: 'http://127.0.0.1:12345', lastLog: { component: '', message: 'killed' } },
  ],
  'wrong address of Alloy': [
    {
      kind: 'wrong address of Alloy',
      addresses: [
        { variable: 'ALLOY_URL', address: 'http://127.0.0.1:1', answer: 'web page' },
        { variable: 'ALLOY_OTLP_GRPC', address: '127.0.0.1:1', answer: 'another protocol' },
        { variable: 'ALLOY_OTLP_HTTP', address: 'http://127.0.0.1:1', answer: 404 },
      ],
    },
  ],
  'unhealthy components': [
    { kind: 'unhealthy components', ids: ['otelcol.receiver.otlp.x'], message: 'bad', portInUse: false },
    { kind: 'unhealthy components', ids: ['a', 'b'], message: 'address already in use', portInUse: true },
  ],
  'source unreachable': [
    { kind: 'source unreachable', source: 'redis', address: '127.0.0.1:6379' },
    { kind: 'source unreachable', source: 'redis', address: '127.0.0.1:6379', variable: 'REDIS_URL' },
    { kind: 'source unreachable', source: 'redis', address: '127.0.0.1:6379', isSilent: true },
  ],
  'machine overloaded': [
    { kind: 'machine overloaded', load: 18.4, cores: 2 },
    { kind: 'machine overloaded', load: 18.4, cores: 2, delay: 14_200, limit: 10_400 },
  ],
  'source fails': [
    ...(
      [
        'login',
        'no database',
        'too many clients',
        'read-only',
        'out of memory',
        'alarm',
        'no permission',
        'queue limit',
        'other queue',
        'no queue',
        'no statistics',
        'no activity',
        'schema',
        'no metrics page',
        'no metrics per object',
        'unhealthy',
      ] as const
    ).flatMap((fault) =>
      (['postgres', 'redis', 'rabbitmq'] as const).map(
        (source) => ({ kind: 'source fails', source, address: '127.0.0.1:1', fault, reason: 'it said so' }) as const,
      ),
    ),
    { kind: 'source fails', source: 'redis', fault: 'login', reason: 'it said so', variable: 'REDIS_URL' },
    { kind: 'source fails', source: 'postgres', fault: 'no database', reason: 'it said so', variable: 'DATABASE_URL' },
  ],
  'fixture failed': [
    { kind: 'fixture failed', source: 'postgres', reason: 'postgres/2-schema.sql:7: no such type' },
    { kind: 'fixture failed', source: 'postgres', reason: 'postgres/3-seed.sql: permission denied for table guilds' },
  ],
  'service unhealthy': [{ kind: 'service unhealthy', service: 'api', address: '127.0.0.1:1', reason: 'redis: gone' }],
  'exporter cannot connect': [
    ...(
      ['no login', 'login', 'no database', 'unknown host', 'refused', 'TLS', 'timeout', 'address', 'other'] as const
    ).map(
      (fault) =>
        ({
          kind: 'exporter cannot connect',
          source: 'redis',
          fault,
          reason: 'it said so',
          place: redisAddress,
        }) as const,
    ),
    {
      kind: 'exporter cannot connect',
      source: 'postgres',
      fault: 'other',
      reason: '',
      place: { component: 'prometheus.exporter.postgres.x', setting: 'data_source_names' },
    },
  ],
  'scrape fails': [
    ...(
      [
        'refused',
        'unknown host',
        'timeout',
        'HTTP status',
        'TLS',
        'not metrics',
        'sample limit',
        'body size limit',
        'label limit',
        'target limit',
        'login file',
        'address',
        'other',
      ] as const
    ).map(
      (fault) =>
        ({ kind: 'scrape fails', url: 'http://x/metrics', error: 'it said so', fault, place: scrape }) as const,
    ),
    {
      kind: 'scrape fails',
      url: 'http://x/metric',
      error: 'server returned HTTP status 404 Not Found',
      fault: 'HTTP status',
      place: { ...scrape, setting: 'metrics_path', expression: '"/metric"', file: 'config.alloy', line: 9 },
      source: 'rabbitmq',
      rightUrl: 'http://x/metrics',
    },
    {
      kind: 'scrape fails',
      url: 'http://x/metrics',
      error: 'connection refused',
      fault: 'refused',
      place: scrape,
      rule: { ...relabel, setting: '__address__' },
    },
    {
      kind: 'scrape fails',
      url: 'https://x/metrics',
      error: 'tls: no',
      fault: 'TLS',
      place: scrape,
      label: { name: '__scheme__', value: 'https' },
      rightUrl: 'http://x/metrics',
    },
  ],
  'no scrape target': [
    { kind: 'no scrape target', labels },
    { kind: 'no scrape target', labels, empty: { ...scrape, setting: 'targets' } },
    { kind: 'no scrape target', labels, exporter: scrape, isScraped: true },
    { kind: 'no scrape target', labels, exporter: scrape, isScraped: false, unused: relabel },
    {
      kind: 'no scrape target',
      labels,
      exporter: scrape,
      isScraped: false,
      unused: relabel,
      taker: scrape,
      other: { component: 'prometheus.exporter.postgres.x' },
    },
  ],
  'other target labels': [
    { kind: 'other target labels', wanted: labels, found: { job: 'k', instance: 'i' }, label: 'job', scrape },
    {
      kind: 'other target labels',
      wanted: labels,
      found: { job: 'k', instance: 'i' },
      label: 'job',
      scrape,
      relabel,
      rule: { ...relabel, setting: 'replacement' },
    },
    {
      kind: 'other target labels',
      wanted: labels,
      found: { job: 'k', instance: 'i' },
      label: 'job',
      scrape,
      relabel,
      rule: { ...relabel, setting: 'replacement' },
      isRuleUnused: true,
    },
    {
      kind: 'other target labels',
      wanted: labels,
      found: { job: 'j', instance: 'k' },
      label: 'instance',
      scrape,
      relabel,
    },
    {
      kind: 'other target labels',
      wanted: labels,
      found: { job: 'k', instance: 'i' },
      label: 'job',
      scrape,
      unused: relabel,
    },
    {
      kind: 'other target labels',
      wanted: labels,
      found: { job: 'k', instance: 'i' },
      label: 'job',
      scrape,
      isInline: true,
    },
  ],
  'targets dropped': [{ kind: 'targets dropped', place: relabel, action: 'keep', regex: 'redis' }],
  'series relabelled': [
    { kind: 'series relabelled', place: relabel, block: 'rule', label: 'job', from: 'a', to: 'b' },
    { kind: 'series relabelled', place: relabel, block: 'write_relabel_config', label: 'job', from: 'a', to: '' },
  ],
  'series merged': [
    {
      kind: 'series merged',
      place: relabel,
      block: 'rule',
      action: 'labeldrop',
      regex: 'queue|vhost',
      labels: ['queue', 'vhost'],
      metric: 'rabbitmq_queue_messages',
    },
    {
      kind: 'series merged',
      place: relabel,
      block: 'write_relabel_config',
      action: 'replace',
      regex: '(.*)',
      target: 'datname',
      replacement: 'app',
      labels: ['datname'],
      metric: 'pg_database_size_bytes',
    },
  ],
  'targets alike': [
    { kind: 'targets alike', scrapes: [scrape, scrape], labels },
    { kind: 'targets alike', scrapes: [scrape, scrape], labels, rule: { ...relabel, setting: 'instance' } },
    { kind: 'targets alike', scrapes: [scrape, { component: 'prometheus.scrape.y' }], labels },
  ],
  'targets of another exporter': [
    {
      kind: 'targets of another exporter',
      source: 'redis',
      place: { ...relabel, setting: 'targets', expression: 'prometheus.exporter.postgres.x.targets' },
      exporter: { component: 'prometheus.exporter.redis.x' },
      other: { component: 'prometheus.exporter.postgres.x' },
    },
  ],
  'samples too old': [
    {
      kind: 'samples too old',
      place: { component: WRITE, setting: 'sample_age_limit', expression: '"1ms"', value: '1ms' },
      count: 812,
    },
  ],
  'write behind': [
    {
      kind: 'write behind',
      place: { component: WRITE, setting: 'max_shards', expression: '1' },
      url: writeUrl,
      lag: 21_000,
      pending: 4012,
    },
    { kind: 'write behind', place: { component: WRITE }, url: writeUrl, lag: 21_000, pending: 4012 },
  ],
  'login file unreadable': [
    {
      kind: 'login file unreadable',
      file: '/etc/token',
      reason: 'no such file or directory',
      place: { component: WRITE, setting: 'password_file', expression: '"/etc/token"', value: '/etc/token' },
    },
    { kind: 'login file unreadable', file: '/etc/token', reason: 'permission denied', place: { component: WRITE } },
  ],
  'other mark': [
    { kind: 'other mark', place: { component: WRITE }, label: 'verify_run', wanted: 'run-1', found: 'x' },
    { kind: 'other mark', place: { component: WRITE }, label: 'verify_run', wanted: 'run-1', found: '' },
  ],
  'metric not exported': [
    {
      kind: 'metric not exported',
      url: 'http://h/metrics',
      metric: 'redis_up',
      place: { ...scrape, setting: 'metrics_path', expression: '"/x"' },
    },
    {
      kind: 'metric not exported',
      url: 'http://h/metrics',
      metric: 'redis_up',
      renamed: 'cache_up',
      place: { component: 'prometheus.exporter.redis.x', setting: 'namespace', expression: '"cache"' },
    },
  ],
  'series not dropped': [
    { kind: 'series not dropped', metric: 'm', scrape },
    { kind: 'series not dropped', metric: 'm', scrape, passed: relabel },
    { kind: 'series not dropped', metric: 'm', scrape, filter: relabel },
    { kind: 'series not dropped', metric: 'm', scrape, filter: relabel, isPassedBy: true },
    { kind: 'series not dropped', metric: 'm', scrape, setting: { component: 'x', setting: 'check_keys', line: 97 } },
    { kind: 'series not dropped', metric: 'm_x', scrape, passed: relabel, partly: { place: relabel, regex: 'm' } },
  ],
  'endpoint of another service': [
    { kind: 'endpoint of another service', service: 'OTLP', other: 'TEMPO', place: otlpEndpoint, status: 401 },
    {
      kind: 'endpoint of another service',
      service: 'OTLP',
      other: 'LOKI',
      place: { component: EXPORTER, setting: 'logs_endpoint', value: 'http://h/loki/api/v1/push' },
    },
    { kind: 'endpoint of another service', service: 'PROMETHEUS', other: 'LOKI', place: writeUrl },
  ],
  'signal endpoint not found': [
    {
      kind: 'signal endpoint not found',
      signal: 'traces',
      status: 404,
      place: { component: EXPORTER, setting: 'traces_endpoint', value: 'http://h/otlp/traces' },
    },
  ],
  'compression refused': [
    {
      kind: 'compression refused',
      place: { component: EXPORTER, setting: 'compression', expression: '"zstd"' },
      status: 400,
      message: 'unsupported Content-Encoding: zstd',
    },
  ],
  'answer awaited too briefly': [
    { kind: 'answer awaited too briefly', place: { component: EXPORTER, setting: 'timeout', value: '1ms' } },
  ],
  'receiver at another path': [
    {
      kind: 'receiver at another path',
      signal: 'traces',
      path: '/x',
      place: { component: 'otelcol.receiver.otlp.x', setting: 'traces_url_path' },
    },
  ],
  'scraped too seldom': [
    { kind: 'scraped too seldom', place: { ...scrape, setting: 'scrape_interval' }, interval: '10m' },
  ],
  'forwards to nothing': [
    { kind: 'forwards to nothing', place: scrape },
    { kind: 'forwards to nothing', place: scrape, receiver: 'prometheus.remote_write.x.receiver' },
  ],
  'series dropped': [
    { kind: 'series dropped', place: relabel, block: 'rule' },
    { kind: 'series dropped', place: relabel, block: 'rule', action: 'drop', regex: 'redis_.*' },
  ],
  'other labels': [{}, { behind: writeUrl }].map((more) => {
    return { kind: 'other labels', wanted: labels, found: { job: 'k', instance: 'i' }, ...more };
  }),
  'OTLP login refused': [
    { kind: 'OTLP login refused', login: 'other', place: otlpUser },
    { kind: 'OTLP login refused', login: 'none', place: { component: EXPORTER } },
    { kind: 'OTLP login refused', login: 'basic', place: otlpUser, instanceId: '1', lostOnWayTo: otlpEndpoint },
    { kind: 'OTLP login refused', login: 'basic', place: otlpUser, instanceId: '' },
    {
      kind: 'OTLP login refused',
      login: 'basic',
      place: otlpUser,
      instanceId: '1',
      reason: 'wrong token',
      oddPassword: samplePlace('otelcol.auth.basic.x', 'password', 'TOKEN'),
    },
    {
      kind: 'OTLP login refused',
      login: 'basic',
      place: otlpUser,
      instanceId: '1',
      reason: 'foreign instance ID',
      twin: 'GRAFANA_CLOUD_TEMPO_INSTANCE_ID',
    },
  ],
  'OTLP path not found': [
    { kind: 'OTLP path not found', place: { component: EXPORTER } },
    { kind: 'OTLP path not found', url: 'http://x/otlp', place: otlpEndpoint },
  ],
  'exporter of another protocol': [
    {
      kind: 'exporter of another protocol',
      place: { ...otlpEndpoint, component: 'otelcol.exporter.otlp.x' },
    },
  ],
  'OTLP endpoint unreachable': [
    { kind: 'OTLP endpoint unreachable', reason: 'connection refused', place: otlpEndpoint },
    { kind: 'OTLP endpoint unreachable', reason: '', place: { component: EXPORTER } },
    { kind: 'OTLP endpoint unreachable', reason: 'no such host', place: otlpEndpoint, leadsTo: 'http://proxy/login' },
  ],
  'sending queue full': [
    { kind: 'sending queue full', place: { ...otlpEndpoint, setting: 'queue_size', expression: '1' } },
  ],
  'OTLP export refused': [302, 400, 401, 402, 403, 404, 407, 413, 415, 418, 429, 500, 503, 504].flatMap((status) =>
    [{}, { batch, others: ['metrics' as const] }].map((more) => {
      const refused = { kind: 'OTLP export refused', status, signals: ['traces', 'logs'], others: [] } as const;
      return { ...refused, message: 'no', place: otlpEndpoint, ...more };
    }),
  ),
  'no OTLP response': [{ kind: 'no OTLP response', reason: 'error parsing protobuf response', place: otlpEndpoint }],
  'partial success': [
    { kind: 'partial success', signal: 'traces', count: 2, message: 'too long', place: { component: EXPORTER } },
  ],
  'backend holds none': [
    { kind: 'backend holds none', items: 'spans', sent: 5, place: otlpEndpoint, asked: tempo },
    { kind: 'backend holds none', items: 'spans', sent: 5, place: otlpEndpoint, asked: tempo, stranger: 'web page' },
    {
      kind: 'backend holds none',
      items: 'samples',
      sent: 5,
      place: { component: WRITE },
      asked: { ...tempo, variable },
    },
  ],
  'items lost': [
    { kind: 'items lost', items: 'spans', emitted: 20, arrived: 14, place: otlpEndpoint, asked: tempo },
    {
      kind: 'items lost',
      items: 'spans',
      emitted: 5,
      arrived: 3,
      place: otlpEndpoint,
      asked: tempo,
      services: ['api-service'],
    },
  ],
  'own lost': [{ kind: 'own lost', items: 'log_records', sent: 20, place: otlpEndpoint, asked: tempo }],
  'own changed': [[], [batch]].map((between) => {
    return { kind: 'own changed', missing: ['attribute x', 'child y'], place: otlpEndpoint, between };
  }),
  'items twice': [false, true].map((isSentTwice) => {
    return { kind: 'items twice', items: 'log_records', emitted: 20, twice: 20, places: [otlpEndpoint], isSentTwice };
  }),
  'items changed': [[], [batch]].map((between) => {
    return { kind: 'items changed', items: 'spans', count: 9, in: ['time', 'parent'], place: otlpEndpoint, between };
  }),
  'items late': [{ kind: 'items late', items: 'spans', ms: 14_200, bound: 10_400, place: otlpEndpoint }],
  'no OTLP receiver': [{ kind: 'no OTLP receiver', file: 'config.alloy' }],
  'receiver elsewhere': [
    {
      kind: 'receiver elsewhere',
      protocol: 'grpc',
      place: { component: 'otelcol.receiver.otlp.x' },
      endpoint: '',
      asked: '127.0.0.1:4317',
    },
    {
      kind: 'receiver elsewhere',
      protocol: 'http',
      place: { component: 'otelcol.receiver.otlp.x', setting: 'endpoint' },
      endpoint: '0.0.0.0:4399',
      asked: 'http://127.0.0.1:4318',
    },
    {
      kind: 'receiver elsewhere',
      protocol: 'grpc',
      place: samplePlace('otelcol.receiver.otlp.x', 'endpoint', 'LISTEN'),
      endpoint: '0.0.0.0:4399',
      asked: '127.0.0.1:4317',
    },
  ],
  'signal without output': [
    { kind: 'signal without output', signal: 'traces', place: { component: 'otelcol.processor.batch.x' } },
    {
      kind: 'signal without output',
      signal: 'logs',
      place: { component: 'otelcol.processor.batch.x' },
      example: '[y.input]',
    },
  ],
  'receiver refuses': [
    { kind: 'receiver refuses', signal: 'traces', place: { component: 'otelcol.receiver.otlp.x' }, between: [relabel] },
    { kind: 'receiver refuses', signal: 'traces', place: { component: 'otelcol.receiver.otlp.x' }, between: [] },
    {
      kind: 'receiver refuses',
      signal: 'logs',
      place: { component: 'otelcol.receiver.otlp.x' },
      between: [],
      answer: { status: 'HTTP 503', reason: 'data refused due to high memory usage' },
    },
  ],
  'receiver setting refuses': [
    {
      kind: 'receiver setting refuses',
      protocol: 'http',
      place: { component: 'otelcol.receiver.otlp.x', setting: 'max_request_body_size', expression: '"256B"' },
      status: 'HTTP 400',
    },
    {
      kind: 'receiver setting refuses',
      protocol: 'grpc',
      place: { component: 'otelcol.receiver.otlp.x', setting: 'tls' },
    },
  ],
  'nothing accepted over OTLP': [
    { kind: 'nothing accepted over OTLP', signal: 'logs', grpc: '127.0.0.1:4317', http: 'http://127.0.0.1:4318' },
  ],
  'held too long': [
    { kind: 'held too long', place: { component: 'otelcol.processor.batch.x', setting: 'timeout' }, timeout: '10m' },
    { kind: 'held too long', place: { component: WRITE, setting: 'batch_send_deadline' }, timeout: '10m' },
  ],
  'nothing exported over OTLP': [
    { kind: 'nothing exported over OTLP', signal: 'traces', between: [] },
    { kind: 'nothing exported over OTLP', signal: 'traces', between: [{ component: 'otelcol.processor.filter.x' }] },
  ],
  'remote write without URL': [
    { kind: 'remote write without URL', place: writeUrl },
    {
      kind: 'remote write without URL',
      place: {
        ...writeUrl,
        misspelt: { name: 'GRAFANA_CLOUD_PROM_ENDPOINT', meant: 'GRAFANA_CLOUD_PROMETHEUS_ENDPOINT' },
      },
    },
  ],
  'remote write login refused': [
    { kind: 'remote write login refused', login: 'other', place: writeUser },
    { kind: 'remote write login refused', login: 'none', place: { component: WRITE } },
    { kind: 'remote write login refused', login: 'basic', place: writeUser, instanceId: '1', lostOnWayTo: writeUrl },
    {
      kind: 'remote write login refused',
      login: 'basic',
      place: writeUser,
      instanceId: '1',
      reason: 'wrong token',
      twin: 'GRAFANA_CLOUD_TEMPO_INSTANCE_ID',
    },
  ],
  'remote write path not found': [{ kind: 'remote write path not found', status: 404, place: writeUrl }],
  'remote write unreachable': [
    { kind: 'remote write unreachable', reason: 'connection refused', place: writeUrl },
    { kind: 'remote write unreachable', reason: '', place: writeUrl },
  ],
  'remote write refused': [
    {
      kind: 'remote write refused',
      message: '',
      waits: '30s',
      place: {
        component: 'prometheus.remote_write.grafana_cloud',
        setting: 'url',
        file: 'config.alloy',
        line: 150,
        value: 'http://x/push',
      },
    },
    { kind: 'remote write refused', message: '', place: writeUrl },
    ...[302, 400, 403, 413, 429, 500].map((status) => {
      return { kind: 'remote write refused', status, message: 'no', place: writeUrl } as const;
    }),
    ...['err-mimir-sample-out-of-order', 'err-mimir-max-label-names-per-series'].map((message) => {
      return { kind: 'remote write refused', status: 400, message, place: writeUrl } as const;
    }),
  ],
  'nothing sent by remote write': [{ kind: 'nothing sent by remote write', place: { component: WRITE } }],
  'Grafana Cloud refuses': [
    {
      kind: 'Grafana Cloud refuses',
      use: 'OTLP export',
      problem: {
        kind: "another service's ID",
        variable: 'GRAFANA_CLOUD_OTLP_INSTANCE_ID',
        id: '1',
        owner: 'GRAFANA_CLOUD_PROMETHEUS_INSTANCE_ID',
      },
    },
    { kind: 'Grafana Cloud refuses', use: 'remote write', problem: { kind: "another stack's IDs" } },
  ],
  'token expired': [
    { kind: 'token expired', use: 'question', variable: 'GRAFANA_CLOUD_READ_TOKEN' },
    { kind: 'token expired', use: 'remote write', variable: 'GRAFANA_SERVICE_ACCOUNT_TOKEN' },
  ],
  'clock differs': [
    { kind: 'clock differs', offset: 300_000 },
    { kind: 'clock differs', offset: -300_000 },
  ],
  'questions refused': [
    { kind: 'questions refused', refused: [{ service: 'loki', user: '1', status: 403 }], all: false },
    { kind: 'questions refused', refused: [{ service: 'tempo', user: '', status: 401 }], all: true },
    {
      kind: 'questions refused',
      refused: [
        { service: 'prometheus', user: '1', status: 401, twin: 'GRAFANA_CLOUD_LOKI_INSTANCE_ID' },
        { service: 'loki', user: '9', status: 401, reason: 'unknown instance ID' },
      ],
      all: false,
    },
  ],
  'backend silent': [
    { kind: 'backend silent', service: 'loki', url: 'http://x', since: 0, reason: 'Headers Timeout Error' },
    { kind: 'backend silent', service: 'loki', url: 'http://x', variable: 'LOKI_URL', since: 0, reason: 'timeout' },
  ],
  'another backend': [
    { kind: 'another backend', sendsTo: ['http://y/otlp'], asked: [{ service: 'tempo', url: 'http://x/tempo' }] },
    {
      kind: 'another backend',
      sendsTo: ['http://y/otlp', 'http://y/push'],
      asked: [{ service: 'loki', url: 'http://x', variable: 'LOKI_URL' }],
    },
  ],
  'query refused': [
    { kind: 'query refused', url: 'http://x', status: 401, message: 'http://x answered 401: no', user: '1' },
    { kind: 'query refused', url: 'http://x', status: 0, message: 'http://x gives no answer: refused', user: '1' },
    { kind: 'query refused', url: 'http://x', status: 400, message: 'http://x answered 400: parse error', user: '1' },
  ],
};
