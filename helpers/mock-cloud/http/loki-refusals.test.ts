import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { JSON_TYPE, startTestMock, type TestMock } from '../testing/test-mock.ts';

/** What Loki 3.7 refuses of logs by default, its words, and what it makes of the rest: seen on it, not on the mock. */
const NOW = 1_795_341_600_000;
const HOUR = 3_600_000;
const nanos = (age = 0) => String(BigInt(NOW - age) * 1_000_000n);
const value = (held: unknown) =>
  typeof held === 'number' ? { intValue: String(held) } : { stringValue: String(held) };
const list = (attributes: object) => Object.entries(attributes).map(([key, held]) => ({ key, value: value(held) }));

let running: TestMock;
beforeAll(async () => {
  running = await startTestMock({ now: () => NOW });
});
afterAll(() => running[Symbol.asyncDispose]());

type Sent = { readonly record?: object; readonly resource?: object; readonly scope?: object };
const build = (service: string, ...sent: Sent[]) => ({
  resourceLogs: sent.map(({ record, resource, scope }) => ({
    resource: { attributes: list({ 'service.name': service, ...resource }) },
    scopeLogs: [{ scope: { ...scope }, logRecords: [{ timeUnixNano: nanos(), body: value('plain line'), ...record }] }],
  })),
});
const sendOtlp = async (body: object) => {
  const { status, text } = await running.post('otlp', '/otlp/v1/logs', JSON.stringify(body), JSON_TYPE);
  return { status, message: JSON.parse(text).message };
};
const push = async (...streams: object[]) => {
  const { status, text } = await running.post('loki', '/loki/api/v1/push', JSON.stringify({ streams }), JSON_TYPE);
  return { status, text };
};
const find = async (query: string) => {
  const range = new URLSearchParams({ query, start: nanos(24 * HOUR), end: nanos(-HOUR) });
  const { data } = (await running.json('loki', `/loki/api/v1/query_range?${range}`)) as {
    data: { result: { stream: Record<string, string>; values: [string, string][] }[] };
  };
  return data.result;
};

describe('an export over OTLP is refused', () => {
  test('without a record, with 422', async () => {
    const refused = { status: 422, message: 'error at least one valid stream is required for ingestion' };
    expect(await sendOtlp({})).toEqual(refused);
    expect(await sendOtlp({ resourceLogs: [{ scopeLogs: [{ logRecords: [] }] }] })).toEqual(refused);
  });

  const long = 'y'.repeat(2049);
  test.each<[what: string, sent: Sent, message: string]>([
    [
      'eight days old',
      { record: { timeUnixNano: nanos(192 * HOUR) } },
      `entry for stream '{service_name="refused"}' has timestamp too old: 2026-11-14T10:00:00Z, oldest acceptable timestamp is: 2026-11-15T10:00:00Z`,
    ],
    [
      'in milliseconds',
      { record: { timeUnixNano: String(NOW) } },
      `entry for stream '{service_name="refused"}' has timestamp too old: 1970-01-01T00:29:55Z, oldest acceptable timestamp is: 2026-11-15T10:00:00Z`,
    ],
    [
      '20 minutes ahead',
      { record: { timeUnixNano: nanos(-HOUR / 3) } },
      `entry for stream '{service_name="refused"}' has timestamp too new: 2026-11-22T10:20:00Z`,
    ],
    [
      'over 256 KiB long',
      { record: { body: value('é'.repeat(131_073)) } },
      `max entry size '262144' bytes exceeded for stream '{service_name="refused"}' while adding an entry with length '262146' bytes`,
    ],
    [
      'with 130 attributes',
      { record: { attributes: list(Array.from({ length: 130 }, () => 'v')) } },
      `stream '{service_name="refused"}' has too many structured metadata labels: '130', limit: '128'. Please see \`limits_config.max_structured_metadata_entries_count\` or contact your Loki administrator to increase it`,
    ],
    [
      'with 64 KiB of attributes',
      { record: { attributes: list({ big: 'x'.repeat(66_000) }) } },
      `stream '{service_name="refused"}' has structured metadata too large: '66003' bytes, limit: '65536' bytes. Please see \`limits_config.max_structured_metadata_size\` or contact your Loki administrator to increase it`,
    ],
    [
      'of a service with a long name',
      { resource: { 'service.name': long } },
      `stream '{service_name="${long}"}' has label value too long: '${long}'`,
    ],
    [
      'with an attribute without a name',
      { record: { attributes: list({ '': 'x' }) } },
      'symbolizer lookup: label name is empty',
    ],
    [
      'with an attribute of no valid character',
      { resource: { 日本: 'x' } },
      'symbolizer lookup: normalization for label name "日本" resulted in invalid name "_"',
    ],
  ])('%s', async (_, sent, message) => {
    expect(await sendOtlp(build('refused', sent))).toEqual({ status: 400, message });
    expect(await find('{service_name="refused"}')).toEqual([]);
  });

  test('in part: the good records of it are stored, equal faults are told once', async () => {
    const old = { record: { timeUnixNano: nanos(192 * HOUR) } };
    const { status, message } = await sendOtlp(build('in-part', old, old, {}));
    expect([status, message]).toEqual([400, expect.stringMatching(/^2 errors like: entry for stream .* too old/)]);
    expect(await find('{service_name="in-part"}')).toHaveLength(1);
  });

  test('more than an hour behind the newest of its stream', async () => {
    const late = { record: { timeUnixNano: String(BigInt(nanos(2 * HOUR)) + 430_000_000n) } };
    expect(await sendOtlp(build('late', {}))).toMatchObject({ status: 200 });
    expect(await sendOtlp(build('late', late, { record: { body: value('fine') } }))).toEqual({
      status: 400,
      message: `entry with timestamp 2026-11-22 08:00:00.43 +0000 UTC ignored, reason: 'entry too far behind, entry timestamp is: 2026-11-22T08:00:00Z, oldest acceptable timestamp is: 2026-11-22T09:00:00Z',\nuser 'mock', total ignored: 1 out of 1 for stream: {service_name="late"}`,
    });
    expect(await find('{service_name="late"} |= "fine"')).toHaveLength(1);
    expect(await sendOtlp(build('another', late))).toMatchObject({ status: 200 });
  });
});

describe('a push', () => {
  const values = [[nanos(), 'an error here']];
  const labels = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, at) => [`l${at + 10}`, 'v']));
  test.each<[what: string, streams: object[], status: number, text: string | RegExp]>([
    ['without streams', [], 422, 'error at least one valid stream is required for ingestion\n'],
    [
      'with a dot in a label',
      [{ stream: { a: 'x', 'b.c': 'x' }, values }],
      400,
      "couldn't parse labels: 1:10: parse error: unexpected character inside braces: '.'\n",
    ],
    [
      'with a digit before a label',
      [{ stream: { '1a': 'x' }, values }],
      400,
      "couldn't parse labels: 1:2: parse error: unexpected character inside braces: '1'\n",
    ],
    [
      'with 16 labels',
      [{ stream: labels(16), values }],
      400,
      /^entry for stream '\{l10=.*\}' has 16 label names; limit 15\n$/,
    ],
    [
      'with a long label',
      [{ stream: { ['n'.repeat(1025)]: 'x' }, values }],
      400,
      /has label name too long: 'n{1025}'\n$/,
    ],
    [
      'in seconds',
      [{ stream: { job: 'p' }, values: [[String(NOW / 1000), 'x']] }],
      400,
      /too old: 1970-01-01T00:00:01Z/,
    ],
  ])('%s is refused', async (_, streams, status, text) => {
    expect(await push(...streams)).toEqual({
      status,
      text: typeof text === 'string' ? text : expect.stringMatching(text),
    });
  });

  test.each<[what: string, stream: object]>([
    ['with 15 labels', labels(15)],
    ['without labels', {}],
    ['with no value', { a: '', b: 'x' }],
  ])('%s is accepted', async (_, stream) => {
    expect(await push({ stream, values })).toEqual({ status: 204, text: '' });
  });

  test('gets the name of its service from the first label of a list, and a level', async () => {
    const streams = [
      { stream: { id: 'n', job: 'p' }, values },
      { stream: { id: 'n', job: 'p', app: 'a' }, values },
      { stream: { id: 'n', service_name: 's', app: 'a' }, values },
      { stream: { id: 'n', level: 'ERR' }, values: [[nanos(), 'x', { 'a.b': '1' }]] },
    ];
    expect(await push(...streams)).toMatchObject({ status: 204 });
    const found = (await find('{id="n"}')).map(({ stream }) => stream);
    expect(found).toHaveLength(4);
    for (const expected of [
      { id: 'n', job: 'p', service_name: 'p', detected_level: 'error' },
      { id: 'n', job: 'p', app: 'a', service_name: 'a', detected_level: 'error' },
      { id: 'n', app: 'a', service_name: 's', detected_level: 'error' },
      { id: 'n', level: 'ERR', service_name: 'unknown_service', detected_level: 'error', a_b: '1' },
    ])
      expect(found).toContainEqual(expected);
  });

  test('is kept once, however often it comes; the same line with other metadata is another', async () => {
    const stream = { id: 'once' };
    const again = { stream, values: [...values, ...values, [nanos(1), 'an error here']] };
    for (let round = 0; round < 3; round++) expect(await push(again)).toMatchObject({ status: 204 });
    await push({ stream, values: [[nanos(), 'an error here', { other: 'x' }]] });
    const lines = (await find('{id="once"}')).flatMap((found) => found.values);
    expect(lines).toHaveLength(3);
  });
});

describe('a record gets the metadata that Loki gives it', () => {
  const body = (line: string) => ({ record: { body: value(line) } });
  test.each<[what: string, sent: Sent, metadata: object]>([
    [
      'own attributes with the names of fields that are not set',
      { record: { attributes: list({ trace_id: 'mine', span_id: 'sp', severity_text: 'WARN', flags: '7' }) } },
      { detected_level: 'warn', flags: '7', severity_text: 'WARN', span_id: 'sp', trace_id: 'mine' },
    ],
    [
      'an own attribute with the name of a field that is set',
      { record: { attributes: list({ trace_id: 'mine' }), traceId: '0123456789abcdef0123456789abcdef' } },
      { detected_level: 'unknown', trace_id: '0123456789abcdef0123456789abcdef' },
    ],
    [
      'the same attribute on record, resource and scope',
      {
        record: { attributes: list({ x: 'record' }) },
        resource: { x: 'resource' },
        scope: { attributes: list({ x: 'scope' }) },
      },
      { detected_level: 'unknown', x: 'scope' },
    ],
    ['an event', { record: { eventName: 'my.event' } }, { detected_level: 'unknown', event_name: 'my.event' }],
    [
      'a level that is a number',
      { record: { severityNumber: 17, attributes: list({ level: 50 }) } },
      { detected_level: '50', level: '50', severity_number: '17' },
    ],
    [
      'a text against a number',
      { record: { severityNumber: 9, severityText: 'WARN' } },
      { detected_level: 'warn', severity_number: '9', severity_text: 'WARN' },
    ],
    ['a level of the resource', { resource: { level: 'err' } }, { detected_level: 'error', level: 'err' }],
    ['a severity number', { record: { severityNumber: 13 } }, { detected_level: 'warn', severity_number: '13' }],
    ['a number of no level', { record: { severityNumber: 30 } }, { detected_level: 'unknown', severity_number: '30' }],
    ['an odd text', { record: { severityText: 'NOTICE' } }, { detected_level: 'NOTICE', severity_text: 'NOTICE' }],
    ['a detected level', { record: { attributes: list({ detected_level: 'ERR' }) } }, { detected_level: 'error' }],
    [
      'log.level',
      { record: { attributes: list({ 'log.level': 'DEBUG' }) } },
      { detected_level: 'unknown', log_level: 'DEBUG' },
    ],
    ...(
      [
        ['an error here', 'error'],
        ['x ERROR y', 'error'],
        ['Error: boom', 'error'],
        ['no errors found', 'unknown'],
        ['info error', 'info'],
        ['[FATAL] x', 'fatal'],
        ['trace x', 'trace'],
        ['critical: x', 'critical'],
        ['some debugging', 'unknown'],
        ['misc:error', 'unknown'],
        ['error.', 'unknown'],
        ['x|error', 'error'],
        ["x 'error'", 'error'],
        ['x=error', 'error'],
        ['{"level":"warn","msg":"error"}', 'warn'],
        ['{"a":{"severity":"fatal"}}', 'fatal'],
        ['{"level":50,"msg":"x"}', 'unknown'],
        ['{"level":"bogus","msg":"an error"}', 'error'],
        ['ts=1 level=warn msg="an error"', 'warn'],
        ['ts=1 level=bogus msg="an error"', 'error'],
        ['lVl=err a=b', 'error'],
      ] as const
    ).map(([line, level]) => [`the line ${line}`, body(line), { detected_level: level }] as [string, Sent, object]),
  ])('%s', async (what, sent, metadata) => {
    expect(await sendOtlp(build(what, sent))).toMatchObject({ status: 200 });
    const found = await find(`{service_name=${JSON.stringify(what)}}`);
    expect(found.map(({ stream }) => stream)).toEqual([{ service_name: what, ...metadata }]);
  });
});
