/** What rules about the configuration find, beyond whether they speak. */
import { expect, test } from 'vitest';
import { sampleRun } from '../clients/testing/sample-run.ts';
import type { LoginFault } from '../findings/finding.ts';
import { describeFinding } from '../findings/finding-sentences.ts';
import { readBlocks } from '../flow/configuration-text.ts';
import { type Flow, findComponent } from '../flow/flow.ts';
import { locate } from '../flow/place.ts';
import { findSameScrapes } from '../flow/targets.ts';
import { change, count, text } from '../flow/testing/recorded-flow.ts';
import { parseLog } from './alloy-log.ts';
import { configurationError } from './rules/configuration-error.ts';
import { exporterCannotConnect } from './rules/exporter-cannot-connect.ts';
import { noScrapeTarget } from './rules/no-scrape-target.ts';
import { notExported } from './rules/not-exported.ts';
import { otlpLoginRefused } from './rules/otlp-export.ts';
import { remoteWriteLoginRefused } from './rules/remote-write.ts';
import { scrapeFails } from './rules/scrape-fails.ts';
import {
  AUTH,
  delivering,
  droppedSamples,
  droppedSpans,
  exportLine,
  line,
  REDIS,
  SCRAPE,
  symptoms,
  trace,
  WRITE,
  writeLine,
} from './testing/symptoms.ts';

const EXPORTER = `otelcol.exporter.otlphttp "x" {
	client {
		endpoint = sys.env("GRAFANA_CLOUD_OTLP_ENDPOIN")
		timeout  = sys.env("TIMEOUT")
	}
}

logging {
	level = coalesce(sys.env("ALLOY_LOG_LEVEL"), "info")
}
`;

test.each<[string, string, object]>([
  [
    '1:1: Failed to build component: at least one endpoint must be specified',
    'Correct the name of GRAFANA_CLOUD_OTLP_ENDPOINT, which is read as GRAFANA_CLOUD_OTLP_ENDPOIN at /x/config.alloy:3',
    { component: 'otelcol.exporter.otlphttp.x', setting: 'endpoint', line: 3 },
  ],
  [
    '4:14: "soon" is not a duration',
    'Set TIMEOUT to what timeout may be, or correct timeout at /x/config.alloy:4',
    { setting: 'timeout', variables: ['TIMEOUT'] },
  ],
  [
    '9:10: unrecognized log level "verbose"',
    'Set ALLOY_LOG_LEVEL to what level may be, or correct level at /x/config.alloy:9',
    { component: 'logging', setting: 'level' },
  ],
])('a configuration error at %s names what is read there', (where, fix, place) => {
  const alloyLog = parseLog(`Error: /x/config.alloy:${where}`);
  const found = configurationError.find(symptoms({ alloyAnswers: false, alloyLog, written: readBlocks(EXPORTER) }));
  expect(found).toMatchObject({ place });
  expect(found && describeFinding(found)).toMatchObject({ fix });
});

test('a configuration error that names no attribute is told by its line alone', () => {
  const alloyLog = parseLog('Error: /x/config.alloy:8:1: block logging already declared');
  const found = configurationError.find(symptoms({ alloyAnswers: false, alloyLog, written: readBlocks(EXPORTER) }));
  expect(found).not.toHaveProperty('place');
});

test('a component that is named without what it exports is told with that', () => {
  const message = 'otelcol.exporter.otlphttp.x should be capsule, got object';
  const alloyLog = parseLog(`Error: /x/config.alloy:32:14: ${message}`);
  const found = configurationError.find(symptoms({ alloyAnswers: false, alloyLog }));
  expect(found).toMatchObject({ meant: 'otelcol.exporter.otlphttp.x.input' });
  expect(found && describeFinding(found).fix).toContain('otelcol.exporter.otlphttp.x.input');
});

test('an error of a file is about the setting that names it, whatever stands before it', () => {
  const written = readBlocks(
    'prometheus.exporter.redis "redis" {\n\tredis_addr = sys.env("A")\n\tredis_password_file = "/etc/none"\n}\n',
  );
  const message =
    'Failed to build component: building component: error loading password file /etc/none: open /etc/none: no';
  const alloyLog = parseLog(`Error: /x/config.alloy:1:1: ${message}`);
  const found = configurationError.find(symptoms({ alloyAnswers: false, alloyLog, written }));
  expect(found).toMatchObject({ place: { setting: 'redis_password_file', line: 3 } });
});

test('a variable that is well set is not why a component is refused', () => {
  const written = readBlocks('otelcol.auth.basic "x" {\n\tusername = sys.env("GRAFANA_CLOUD_OTLP_INSTANCE_ID")\n}\n');
  const alloyLog = parseLog('Error: /x/config.alloy:1:1: Failed to build component: building component: no password');
  const find = (id: string) => {
    const run = sampleRun({ variables: { GRAFANA_CLOUD_OTLP_INSTANCE_ID: id } });
    return configurationError.find(symptoms({ alloyAnswers: false, alloyLog, written, run }));
  };
  expect(find('1461503')).not.toHaveProperty('place');
  expect(find('')).toMatchObject({ place: { setting: 'username' } });
});

test('a limit of a scrape is told by its own name', () => {
  const [written] = readBlocks('prometheus.scrape "redis" {\n\ttargets = []\n\tlabel_value_length_limit = 5\n}\n');
  const error = 'label_value_length_limit exceeded (metric: redis_up, label name: "job", length: 27, limit: 5)';
  const targets = [{ url: 'http://h/metrics', labels: REDIS, error, isScraped: true }];
  const flow = change(delivering(), SCRAPE, { targets, ...(written && { written }) });
  const found = scrapeFails.find(symptoms({ flow }));
  expect(found).toMatchObject({ fault: 'label limit', place: { setting: 'label_value_length_limit', line: 3 } });
});

test('the scheme of a target that is written at the scrape is not its address', () => {
  const labels = { __address__: 'h:1', __scheme__: 'https', ...REDIS };
  const value = Object.entries(labels).map(([key, one]) => ({ key, value: { type: 'string', value: one } }));
  const settings = [{ name: 'targets', value: { type: 'array', value: [{ type: 'object', value }] } }];
  const error = 'Get "https://h:1/metrics": http: server gave HTTP response to HTTPS client';
  const targets = [{ url: 'https://h:1/metrics', labels: REDIS, error, isScraped: true }];
  const unrelabelled = change(delivering(), 'discovery.relabel.redis', { feeds: [] });
  const found = scrapeFails.find(symptoms({ flow: change(unrelabelled, SCRAPE, { targets, settings }) }));
  expect(found).toMatchObject({ fault: 'TLS', label: { name: '__scheme__', value: 'https' } });
});

const redis = 'prometheus.exporter.redis.redis';
const withExporter = (written: string) => {
  const [block] = readBlocks(written);
  return change(delivering(), redis, { ...(block && { written: block }) });
};

test('a name that the exporter gives a metric, where its page has it so, is told with the namespace', () => {
  const flow = change(withExporter('prometheus.exporter.redis "redis" {\n\tnamespace = "cache"\n}\n'), redis, {
    settings: [text('namespace', 'cache')],
  });
  const missing = { url: 'http://h/metrics', metric: 'redis_up', names: ['cache_up'] };
  expect(notExported.find(symptoms({ flow, missing }))).toMatchObject({
    renamed: 'cache_up',
    place: { component: redis, setting: 'namespace' },
  });
  expect(notExported.find(symptoms({ flow, missing: { ...missing, names: ['other_up'] } }))).toBeUndefined();
});

test('what the Redis exporter says of its scrape tells more than that it can’t connect', () => {
  const alloyLog = line(redis, "Couldn't connect to redis instance (x:1)", '');
  const exporterError = 'dial redis: WRONGPASS invalid username-password pair or user is disabled.';
  const found = (exporterUp: number) => exporterCannotConnect.find(symptoms({ exporterUp, exporterError, alloyLog }));
  expect(found(0)).toMatchObject({ fault: 'login', reason: exporterError, place: { setting: 'redis_password' } });
  expect(found(1)).toBeUndefined();
});

test('a login of the Redis exporter that has a user is corrected there, and a misspelt variable by its name', () => {
  const changes = { exporterUp: 0, exporterError: 'WRONGPASS' };
  const flow = withExporter(`prometheus.exporter.redis "redis" {\n\tredis_user = "a"\n\tredis_password = "b"\n}`);
  expect(exporterCannotConnect.find(symptoms({ ...changes, flow }))).toMatchObject({
    place: { setting: 'redis_user' },
  });
  const misspelt = withExporter(
    `prometheus.exporter.redis "redis" {\n\tredis_password = sys.env("REDIS_EXPORTER_PASSWRD")\n}`,
  );
  const found = exporterCannotConnect.find(symptoms({ ...changes, flow: misspelt }));
  expect(found && describeFinding(found).fix).toContain(
    'the name of REDIS_EXPORTER_PASSWORD, which is read as REDIS_EXPORTER_PASSWRD',
  );
});

test('a target without a valid address is named by the log of its own scrape, and only for this configuration', () => {
  const address = { key: '__address__', value: { type: 'string', value: 'h:1/metrics' } };
  const job = Object.entries(REDIS).map(([key, value]) => ({ key, value: { type: 'string', value } }));
  const targets = { type: 'array', value: [{ type: 'object', value: [address, ...job] }] };
  const flow = change(delivering(), SCRAPE, { targets: [], settings: [{ name: 'targets', value: targets }] });
  const find = (error: string) =>
    scrapeFails.find(symptoms({ flow, alloyLog: line(SCRAPE, 'Creating target failed', error) }));
  expect(find('"h:1/metrics" is not a valid hostname')).toMatchObject({
    fault: 'address',
    place: { component: SCRAPE },
  });
  expect(find('"other:1/x" is not a valid hostname')).toBeUndefined();
});

test('of several endpoints of remote write, the one without a login is told', () => {
  const basic = { name: 'basic_auth', body: [text('username', '2847239')] };
  const endpoint = (...body: object[]) => ({ name: 'endpoint', body: [text('url', 'http://h/push'), ...body] });
  const find = (...settings: object[]) =>
    remoteWriteLoginRefused.find(
      symptoms({
        flow: change(droppedSamples, WRITE, { settings } as object),
        alloyLog: writeLine('401 Unauthorized'),
      }),
    );
  expect(find(endpoint(basic), endpoint())).toMatchObject({ login: 'none' });
  expect(find(endpoint(basic), endpoint(basic))).toMatchObject({ login: 'basic', instanceId: '2847239' });
});

test('a timeout of the last scrape does not hide that those before it have exceeded a limit', () => {
  const target = { url: 'u', labels: REDIS, error: 'context deadline exceeded', isScraped: true };
  const flow = change(delivering(), SCRAPE, { targets: [target] });
  const exceeded = count(flow, { [SCRAPE]: { prometheus_target_scrapes_exceeded_sample_limit_total: 3 } });
  expect(scrapeFails.find(symptoms({ flow }))).toMatchObject({ fault: 'timeout' });
  expect(scrapeFails.find(symptoms({ flow: exceeded }))).toMatchObject({ fault: 'sample limit' });
});

test('a password that is read from elsewhere is told, unless the ID is known to be wrong', () => {
  const [written] = readBlocks(`otelcol.auth.basic "x" {\n\tpassword = sys.env("GRAFANA_CLOUD_API_KY")\n}`);
  const flow = change(droppedSpans, AUTH, { ...(written && { written }) });
  const find = (reason: LoginFault) => {
    const refusals = [{ service: 'otlp', user: '1461503', reason, count: 3 }];
    return otlpLoginRefused.find(symptoms({ ...trace, flow, alloyLog: exportLine(401), refusals }));
  };
  const found = find('wrong token');
  expect(found && describeFinding(found).fix).toContain(
    'the name of GRAFANA_CLOUD_API_KEY, which is read as GRAFANA_CLOUD_API_KY',
  );
  expect(find('foreign instance ID')).not.toHaveProperty('oddPassword');
});

test('a default that is used tells that the variable beside it is not read', () => {
  const written = `prometheus.exporter.redis "redis" {\n\tredis_addr = coalesce(sys.env("REDIS_EXPORTER_ADRESS"), "redis:6379")\n}`;
  const place = (value: string) => {
    const [block] = readBlocks(written);
    const flow = change(delivering(), redis, {
      ...(block && { written: block }),
      settings: [text('redis_addr', value)],
    });
    const exporter = findComponent(flow, redis);
    return exporter && locate(flow, exporter, 'redis_addr');
  };
  expect(place('redis:6379')).toMatchObject({ misspelt: { meant: 'REDIS_EXPORTER_ADDRESS' } });
  expect(place('127.0.0.1:1')).not.toHaveProperty('misspelt');
});

test('a scrape without targets is told where only one has none', () => {
  const none = { targets: [], settings: [{ name: 'targets', value: { type: 'array', value: [] } }] };
  const flow = change(delivering(), SCRAPE, none);
  const withoutExporter = (from: Flow) => ({ ...from, components: from.components.filter(({ id }) => id !== redis) });
  expect(noScrapeTarget.find(symptoms({ flow: withoutExporter(flow) }))).toMatchObject({
    empty: { component: SCRAPE, setting: 'targets' },
  });
  const two = change(flow, 'prometheus.scrape.rabbitmq', none);
  expect(noScrapeTarget.find(symptoms({ flow: withoutExporter(two) }))).not.toHaveProperty('empty');
});

test('a target that two scrapes write to the same place is scraped twice, and not one that each writes elsewhere', () => {
  const flow = delivering();
  const [scrape] = flow.components.filter(({ id }) => id === SCRAPE);
  const find = (feeds: readonly string[]) => {
    const copy = scrape === undefined ? [] : [{ ...scrape, id: 'prometheus.scrape.cache', feeds }];
    return findSameScrapes({ ...flow, components: [...flow.components, ...copy] }, REDIS)?.map(({ id }) => id);
  };
  expect(find(scrape?.feeds ?? [])).toEqual([SCRAPE, 'prometheus.scrape.cache']);
  expect(find([])).toBeUndefined();
  expect(findSameScrapes(flow, REDIS)).toBeUndefined();
});
