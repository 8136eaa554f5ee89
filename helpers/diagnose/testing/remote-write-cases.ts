import type { Setting } from '../../clients/alloy-graph.ts';
import { sampleRun } from '../../clients/testing/sample-run.ts';
import { readBlocks } from '../../flow/configuration-text.ts';
import type { Flow } from '../../flow/flow.ts';
import { change, count, text, texts, workingFlow } from '../../flow/testing/recorded-flow.ts';
import {
  asked,
  type Cases,
  delivering,
  droppedSamples,
  EARLIER,
  exportLine,
  keptSamples,
  REDIS,
  SCRAPE,
  trace,
  WRITE,
  writeLine,
} from './symptoms.ts';

const targets = (labels: Record<string, string>, isScraped = true) => [
  { url: 'http://h/metrics', labels, error: '', isScraped },
];
const otherJob = targets({ job: 'integrations/redis', instance: 'redis' });
const rule = (action: string, regex: string, name = 'rule'): Setting => {
  return { name, body: [texts('source_labels', '__name__'), text('regex', regex), text('action', action)] };
};
const writing = (...settings: Setting[]) =>
  change(delivering(), WRITE, { settings: [{ name: 'endpoint', body: settings }] });
const url = text('url', 'http://h/push');
const every = (interval: string) => change(delivering(), SCRAPE, { settings: [text('scrape_interval', interval)] });
const failing = (flow: Flow) =>
  change(flow, SCRAPE, { targets: [{ url: 'u', labels: REDIS, error: 'EOF', isScraped: true }] });
const withoutScrape = () => {
  const flow = change(delivering(), 'discovery.relabel.redis', { feeds: [] });
  return { ...flow, components: flow.components.filter(({ id }) => id !== SCRAPE) };
};
/** The recorded pipeline with a copy of its scrape of Redis. */
const copied = (id: string) => {
  const flow = delivering();
  const copies = flow.components
    .filter((one) => one.id === SCRAPE)
    .map((one) => ({ ...one, id: `prometheus.scrape.${id}` }));
  return { ...flow, components: [...flow.components, ...copies] };
};
const storedTwice = (twice: number) =>
  asked({
    subject: { kind: 'delivery', labels: REDIS },
    condition: { kind: 'stated', statement: 'arrives, once' },
    seen: { kind: 'delivery', bound: 9000, signals: { samples: { emitted: 4, arrived: 4, twice } } },
  });
const ofAlloy = (metric: string) =>
  asked({
    subject: { kind: 'metric of Alloy', metric: `prometheus_remote_storage_samples_${metric}`, labels: {} },
    seen: { kind: 'values', count: 1, values: [1] },
  });

const keeping = (regex: string, scraped: ReturnType<typeof targets>) => {
  const given = {
    type: 'array',
    value: [{ type: 'object', value: [{ key: 'job', value: { type: 'string', value: 'integrations/redis' } }] }],
  };
  const keep = { name: 'rule', body: [texts('source_labels', 'job'), text('regex', regex), text('action', 'keep')] };
  const flow = change(delivering(), 'discovery.relabel.redis', { settings: [{ name: 'targets', value: given }, keep] });
  return change(flow, SCRAPE, { targets: scraped, settings: [] });
};
const renaming = (regex: string): Setting => ({
  name: 'write_relabel_config',
  body: [
    texts('source_labels', '__name__'),
    text('regex', regex),
    text('target_label', '__name__'),
    text('replacement', 'x'),
  ],
});
const marked = sampleRun({ seriesMark: { verify_run: 'run-1' } });
const marking = (mark: string) => {
  const value = [{ key: 'verify_run', value: { type: 'string', value: mark } }];
  return change(delivering(), WRITE, { settings: [{ name: 'external_labels', value: { type: 'object', value } }] });
};
const missing = { url: 'http://h/metrics', metric: 'redis_up', names: ['cache_up', 'redis_db_keys'] };
const withMetricsPath = () => {
  const [written] = readBlocks('prometheus.scrape "redis" {\n\tmetrics_path = "/x"\n}\n');
  return change(delivering(), SCRAPE, { ...(written && { written }) });
};
const PG_SERIES = {
  __name__: 'pg_stat_user_tables_x',
  job: 'integrations/postgres_exporter',
  instance: 'postgres',
};
const arrived = (series: object) =>
  asked({
    condition: { kind: 'empty' },
    subject: { kind: 'series', selector: '{}' },
    seen: { kind: 'answer', count: 1, json: JSON.stringify([series]) },
  });
const bypassing = () => change(delivering(), 'prometheus.scrape.postgres', { feeds: [WRITE] });

const find = (flow: Flow, id: string) => {
  const found = flow.components.find((component) => component.id === id);
  if (found === undefined) throw new TypeError(`there is no ${id}`);
  return found;
};
const remoteWrite = find(droppedSamples, WRITE);
const mergedByRule = {
  write: remoteWrite,
  merged: {
    by: 'rule',
    component: remoteWrite,
    block: 'rule',
    rule: 0,
    setting: {
      action: 'labeldrop',
      sourceLabels: [],
      regex: 'queue',
      separator: ';',
      targetLabel: '',
      replacement: '$1',
      modulus: 0,
    },
    labels: ['queue'],
    metric: 'rabbitmq_queue_messages',
  },
} as const;
const alike = {
  write: remoteWrite,
  merged: {
    by: 'targets',
    scrapes: [find(droppedSamples, SCRAPE), find(droppedSamples, 'prometheus.scrape.postgres')],
    labels: REDIS,
  },
} as const;
const mixedUp = () => {
  const flow = change(delivering(), 'prometheus.exporter.postgres.postgres', { feeds: ['discovery.relabel.redis'] });
  return change(flow, 'prometheus.exporter.redis.redis', { feeds: [] });
};
/** A remote write with a setting of its queue. */
const queueing = (flow: Flow, setting: string) => {
  const [written] = readBlocks(
    `prometheus.remote_write "grafana_cloud" {\n\tendpoint {\n\t\tqueue_config {\n\t\t\t${setting}\n\t\t}\n\t}\n}\n`,
  );
  return change(flow, WRITE, { ...(written && { written }) });
};
const tooOld = (reason: string, setting: string) => {
  const __name__ = 'prometheus_remote_storage_samples_dropped_total';
  const flow = queueing(delivering(), setting);
  return {
    ...flow,
    metrics: [...flow.metrics, { labels: { __name__, component_id: WRITE, reason }, time: 0, value: 9 }],
  };
};
const behind = (sent: number, got: number, setting: string) =>
  count(queueing(delivering(), setting), {
    [WRITE]: {
      prometheus_remote_storage_queue_highest_sent_timestamp_seconds: sent,
      prometheus_remote_storage_highest_timestamp_in_seconds: got,
      prometheus_remote_storage_samples_pending: 7,
    },
  });
const UNREADABLE =
  'unable to read basic auth password: unable to read file /etc/token: open /etc/token: no such file or directory';

/** Rules about what is scraped. */
export const remoteWriteCases: Cases = {
  'other target labels': {
    speaks: { flow: change(delivering(), SCRAPE, { targets: otherJob }) },
    finds: {
      wanted: REDIS,
      found: { job: 'integrations/redis', instance: 'redis' },
      label: 'job',
      rule: { component: 'discovery.relabel.redis' },
    },
    silent: {
      'it has these labels': {},
      'nothing scrapes it': { flow: withoutScrape() },
      'another part is scraped so': { flow: change(delivering(), 'prometheus.scrape.postgres', { targets: otherJob }) },
    },
  },
  'no scrape target': {
    speaks: { flow: withoutScrape() },
    finds: {
      labels: REDIS,
      source: 'redis',
      exporter: { component: 'prometheus.exporter.redis.redis' },
      isScraped: false,
      unused: { component: 'discovery.relabel.redis' },
    },
    silent: {
      'a scrape has it': {},
      'labels are set on the way': {
        flow: change(withoutScrape(), 'prometheus.relabel.postgres', {
          settings: [{ name: 'rule', body: [text('target_label', 'job'), text('replacement', 'x')] }],
        }),
      },
      'Alloy reports neither targets nor arguments of a scrape': {
        flow: change(delivering(), SCRAPE, { targets: [], settings: undefined } as object),
      },
    },
  },
  'targets dropped': {
    speaks: { flow: keeping('redis', []) },
    finds: { place: { component: 'discovery.relabel.redis' }, action: 'keep', regex: 'redis' },
    silent: {
      'it keeps them': { flow: keeping('integrations/redis', []) },
      'a scrape has the target': { flow: keeping('redis', targets(REDIS)) },
    },
  },
  'series relabelled': {
    speaks: { flow: writing(url, renaming('redis_.*')) },
    finds: { block: 'write_relabel_config', label: '__name__', from: 'redis_up', to: 'x', place: { component: WRITE } },
    silent: {
      'it is for others': { flow: writing(url, renaming('pg_.*')) },
      'a second endpoint takes it as it is': {
        flow: change(delivering(), WRITE, {
          settings: [
            { name: 'endpoint', body: [url, renaming('redis_.*')] },
            { name: 'endpoint', body: [url] },
          ],
        }),
      },
    },
  },
  'other mark': {
    speaks: { run: marked, flow: marking('production') },
    finds: { label: 'verify_run', wanted: 'run-1', found: 'production', place: { component: WRITE } },
    silent: {
      'it is the mark of the run': { run: marked, flow: marking('run-1') },
      'the run has no mark': { run: sampleRun(), flow: marking('production') },
    },
  },
  'series merged': {
    speaks: { flow: droppedSamples, merged: mergedByRule, alloyLog: writeLine('400 Bad Request: same timestamp') },
    finds: { place: { component: WRITE }, labels: ['queue'], metric: 'rabbitmq_queue_messages' },
    silent: {
      'nothing is merged': { flow: droppedSamples },
      'no sample of what was asked has failed': { merged: mergedByRule },
      'what was asked travels over OTLP': { ...trace, flow: droppedSamples, merged: mergedByRule },
    },
  },
  'targets alike': {
    speaks: { flow: droppedSamples, merged: alike },
    finds: { scrapes: [{ component: SCRAPE }, { component: 'prometheus.scrape.postgres' }], labels: REDIS },
    silent: {
      'a rule merges them': { flow: droppedSamples, merged: mergedByRule },
      'no sample of what was asked has failed': { merged: alike },
      'nothing is stored twice': { ...storedTwice(0), flow: copied('cache') },
      'the backend stores twice what was scraped once': { ...storedTwice(4), flow: delivering() },
    },
  },
  'targets of another exporter': {
    speaks: { flow: mixedUp() },
    finds: {
      place: { component: 'discovery.relabel.redis', setting: 'targets' },
      exporter: { component: 'prometheus.exporter.redis.redis' },
      other: { component: 'prometheus.exporter.postgres.postgres' },
    },
    silent: {
      'the exporter reaches the scrape': {},
      'it has the targets of both': {
        flow: change(delivering(), 'prometheus.exporter.postgres.postgres', { feeds: ['discovery.relabel.redis'] }),
      },
      'a scrape says that of itself': {
        flow: mixedUp(),
        ...asked({
          subject: { kind: 'scraped metric', expression: 'up', metric: 'up', labels: REDIS, source: 'redis' },
        }),
      },
    },
  },
  'samples too old': {
    speaks: { flow: tooOld('too_old', 'sample_age_limit = "1ms"') },
    finds: { count: 9, place: { component: WRITE, setting: 'sample_age_limit', expression: '"1ms"' } },
    silent: {
      'rules drop them': { flow: tooOld('dropped_series', 'sample_age_limit = "1ms"') },
      'nothing limits their age': { flow: tooOld('too_old', 'max_shards = 1') },
    },
  },
  'write behind': {
    speaks: { flow: behind(1000, 1030, 'max_shards = 1') },
    finds: { lag: 30_000, pending: 7, place: { component: WRITE, setting: 'max_shards', expression: '1' } },
    silent: {
      'it keeps up': { flow: behind(1000, 1001, 'max_shards = 1') },
      'it has sent nothing': { flow: behind(0, 1030, 'max_shards = 1') },
      'it tries again what has failed': {
        flow: count(behind(1000, 1030, ''), { [WRITE]: { prometheus_remote_storage_samples_retried_total: 1 } }),
      },
    },
  },
  'login file unreadable': {
    speaks: { flow: keptSamples, alloyLog: writeLine(UNREADABLE) },
    finds: { file: '/etc/token', reason: 'no such file or directory', place: { component: WRITE } },
    silent: {
      'nobody answers': { flow: keptSamples, alloyLog: writeLine('connection refused') },
      'it was read since': { flow: keptSamples, alloyLog: [...writeLine(UNREADABLE), ...writeLine('EOF')] },
    },
  },
  'metric not exported': {
    speaks: { missing, flow: withMetricsPath() },
    finds: {
      url: missing.url,
      metric: missing.metric,
      place: { component: SCRAPE, setting: 'metrics_path', expression: '"/x"' },
    },
    silent: {
      'the page has it': { flow: withMetricsPath() },
      'nothing is set that decides about the page': { missing },
    },
  },
  'series not dropped': {
    speaks: { ...arrived(PG_SERIES), flow: bypassing() },
    finds: {
      metric: 'pg_stat_user_tables_x',
      scrape: { component: 'prometheus.scrape.postgres', setting: 'forward_to' },
      filter: { component: 'prometheus.relabel.postgres' },
    },
    silent: {
      'nobody knows whose they are': arrived({ __name__: 'pg_stat_user_tables_x' }),
      'another target has them': arrived({ ...PG_SERIES, job: 'x' }),
      'they are too many': asked({ condition: { kind: 'value', is: 'at most', value: 1 } }),
    },
  },
  'forwards to nothing': {
    speaks: { flow: change(delivering(), SCRAPE, { feeds: [] }) },
    finds: { place: { component: SCRAPE, setting: 'forward_to' }, receiver: `${WRITE}.receiver` },
    silent: {
      'it forwards': {},
      'another scrape does not': { flow: change(delivering(), 'prometheus.scrape.postgres', { feeds: [] }) },
      'what was asked travels over OTLP': { ...trace, flow: change(delivering(), SCRAPE, { feeds: [] }) },
    },
  },
  'series dropped': {
    speaks: { flow: writing(url, rule('drop', 'redis_.*', 'write_relabel_config')) },
    finds: { block: 'write_relabel_config', action: 'drop', regex: 'redis_.*', place: { component: WRITE } },
    silent: {
      'the rule is about another series': { flow: writing(url, rule('drop', 'pg_.*', 'write_relabel_config')) },
      'the rule keeps it': { flow: writing(url, rule('keep', 'redis_.*', 'write_relabel_config')) },
      'the rule is on the way of another scrape': {
        flow: change(delivering(), 'prometheus.relabel.postgres', { settings: [rule('drop', 'redis_.*')] }),
      },
      'the rule drops only what has another label': {
        flow: writing(url, {
          name: 'write_relabel_config',
          body: [texts('source_labels', 'db'), text('regex', 'db1'), text('action', 'drop')],
        }),
      },
    },
  },
  'remote write without URL': {
    speaks: { flow: writing() },
    finds: { place: { component: WRITE, setting: 'url' } },
    silent: {
      'it has one': { flow: writing(url) },
      'Alloy reports no arguments': { flow: change(delivering(), WRITE, { settings: undefined } as object) },
      'what was asked travels over OTLP': { ...trace, flow: writing() },
      'the samples pass another remote write': {
        flow: {
          ...writing(url),
          components: [
            ...writing(url).components,
            {
              ...(writing().components.find(({ id }) => id === WRITE) as object),
              id: 'prometheus.remote_write.x',
            } as never,
          ],
        },
      },
    },
  },
  'remote write login refused': {
    speaks: {
      run: sampleRun({ variables: { ...sampleRun().variables, GRAFANA_CLOUD_TEMPO_INSTANCE_ID: '2847239' } }),
      flow: droppedSamples,
      alloyLog: writeLine('401 Unauthorized: x'),
    },
    finds: {
      login: 'basic',
      instanceId: '2847239',
      twin: 'GRAFANA_CLOUD_TEMPO_INSTANCE_ID',
      place: { component: WRITE },
    },
    silent: {
      'it is the OTLP exporter that gets 401': { flow: droppedSamples, alloyLog: exportLine(401) },
      'no sample was lost': { alloyLog: writeLine('401 Unauthorized') },
      'the status is unknown': { flow: droppedSamples },
    },
  },
  'remote write path not found': {
    speaks: { flow: droppedSamples, alloyLog: writeLine('404 Not Found: x') },
    finds: { status: 404, place: { component: WRITE, setting: 'url' } },
    silent: {
      'another status': { flow: droppedSamples, alloyLog: writeLine('400 Bad Request') },
      'another remote write': {
        flow: droppedSamples,
        alloyLog: writeLine('404 Not Found').map((one) => ({ ...one, component: 'prometheus.remote_write.x' })),
      },
    },
  },
  'remote write unreachable': {
    speaks: { flow: keptSamples, alloyLog: writeLine('dial tcp: connection refused') },
    finds: { reason: 'dial tcp: connection refused', place: { component: WRITE, setting: 'url' } },
    silent: {
      'it answers': { flow: keptSamples, alloyLog: writeLine('503 Service Unavailable') },
      'it has sent them since': { alloyLog: writeLine('connection refused', { ts: EARLIER }) },
      'samples wait for the first time': {
        flow: count(workingFlow(), { [WRITE]: { prometheus_remote_storage_samples_pending: 9 } }),
      },
    },
  },
  'remote write refused': {
    speaks: { flow: droppedSamples, alloyLog: writeLine('429 Too Many Requests: slow down') },
    finds: { status: 429, message: 'Too Many Requests: slow down', place: { component: WRITE } },
    silent: {
      'it gives no answer': { flow: keptSamples, alloyLog: writeLine('connection refused') },
      'nothing failed': {},
      'an external Alloy dropped that before the question': {
        ...asked({ lostBefore: 9 }),
        run: sampleRun({ stack: 'external' }),
        flow: droppedSamples,
      },
      'what was asked is what its rules drop': { ...ofAlloy('dropped_total'), flow: droppedSamples },
    },
  },
  'scraped too seldom': {
    speaks: { flow: every('10m') },
    finds: { interval: '10m', place: { component: SCRAPE, setting: 'scrape_interval' } },
    silent: {
      'the criterion waited for longer': { flow: every('2s') },
      'the run waits for as long as that': {
        run: sampleRun({ intervals: { ...sampleRun().intervals, scrape: 600_000 } }),
        flow: every('10m'),
      },
      'the scrape fails, and is tried again soon': { flow: failing(every('500ms')) },
      'another scrape has that interval': {
        flow: change(every('500ms'), 'prometheus.scrape.postgres', { settings: [text('scrape_interval', '10m')] }),
      },
    },
  },
  'other labels': {
    speaks: asked({
      nearest: {
        kind: 'other labels',
        metric: 'redis_up',
        wanted: REDIS,
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
      'it arrives with the wanted labels as well': asked({
        nearest: { kind: 'other labels', metric: 'x', wanted: REDIS, found: [{ job: 'k', instance: 'i' }, REDIS] },
      }),
      'there is nothing similar': asked({ nearest: { kind: 'no series', labels: {} } }),
    },
  },
  'nothing sent by remote write': {
    speaks: { flow: workingFlow() },
    finds: { place: { component: WRITE } },
    silent: {
      'a sample was sent': {},
      'Alloy could not be asked': { alloyAnswers: false, flow: undefined },
      'what was asked is how many were dropped': { ...ofAlloy('dropped_total'), flow: workingFlow() },
      'what was asked travels over OTLP': { ...trace, flow: workingFlow() },
    },
  },
};
