import { compress } from 'snappyjs';
import { describe, expect, test } from 'vitest';
import { WriteRequest } from '../../otlp/remote-write.ts';
import { createMemory } from '../store/memory.ts';
import { readSamples } from '../store/read-series.ts';
import { createSeriesStore, OUT_OF_ORDER_WINDOW } from '../store/series.ts';
import { PROTOBUF, REMOTE_WRITE, startTestMock } from '../testing/test-mock.ts';
import { storeRemoteWrite } from './remote-write.ts';

type Pair = [name: string, value: string];
const UP: Pair[] = [
  ['__name__', 'up'],
  ['job', 'x'],
];
const T = 1_795_340_000_000;
const NOW = T + 600_000;

function body(labels: Pair[], samples: [time: number, value: number][]): Uint8Array {
  return compress(
    WriteRequest.encode({
      timeseries: [
        {
          labels: labels.map(([name, value]) => ({ name, value })),
          samples: samples.map(([time, value]) => ({ value, timestamp: BigInt(time) })),
        },
      ],
    }),
  );
}

const listPairs = (count: number) => Array.from({ length: count }, (_, index): Pair => [`l${index}`, 'x']);
const createStore = () => createSeriesStore(createMemory(1e8, () => {}));

describe('samples of one series', () => {
  const store = createStore();
  const push = (samples: [number, number][]) => storeRemoteWrite(body(UP, samples), store, NOW);
  const readTimes = () => {
    const [series] = store.select('up');
    return series === undefined ? [] : readSamples(series, 0, T * 2).times.map((time) => time - T);
  };

  test('are stored by time, in whatever order they arrive', () => {
    expect(
      push([
        [T, 1],
        [T + 2000, 3],
      ]),
    ).toEqual({ received: 2, discarded: new Map() });
    expect(push([[T + 1000, 2]])).toEqual({ received: 1, discarded: new Map() });
    for (let age = 0; age < 600; age++) push([[T + 500_000 - age * 100, age]]);
    expect(readTimes()).toEqual([...readTimes()].sort((a, b) => a - b));
    expect(readTimes()).toHaveLength(603);
  });
  test('that are repeated with the same value are accepted', () => {
    expect(push([[T, 1]])).toEqual({ received: 1, discarded: new Map() });
    expect(readTimes()).toHaveLength(603);
  });
  test('that are repeated with another value are refused', () => {
    const { discarded, problem } = push([[T, 9]]);
    expect(discarded).toEqual(new Map([['new_value_for_timestamp', 1]]));
    expect(problem).toMatch(/same timestamp, but a different value.*from series up\{job="x"\}/);
  });
  test('that are older than the window are refused, and the others of the push are stored', () => {
    const { received, discarded } = push([
      [T - OUT_OF_ORDER_WINDOW, 1],
      [T + 600_000, 1],
    ]);
    expect({ received, discarded }).toEqual({ received: 2, discarded: new Map([['sample_too_old', 1]]) });
    expect(readTimes().at(-1)).toBe(600_000);
  });
});

test.each<Pair[][]>([[[['__name__', 'up'], ...listPairs(29)]], [[['__name__', 'target_info'], ...listPairs(79)]]])(
  'as many labels as are allowed are stored',
  (labels) => {
    expect(storeRemoteWrite(body(labels, [[T, 1]]), createStore(), NOW)).toEqual({ received: 1, discarded: new Map() });
  },
);

describe('a sample of a new series is refused', () => {
  test.each<[what: string, time: number, reason: string, problem: RegExp]>([
    [
      '11 minutes ahead',
      NOW + 660_000,
      'too_far_in_future',
      /too far in the future, timestamp: \d{13} series: 'up' \(err-mimir-too-far-in-future\)/,
    ],
    ['in nanoseconds', NOW * 1e6, 'too_far_in_future', /err-mimir-too-far-in-future/],
    [
      'three hours old',
      NOW - 3 * 3_600_000,
      'sample_too_old',
      /out-of-order time window of 2h \(err-mimir-sample-timestamp-too-old\)/,
    ],
    [
      'in seconds',
      NOW / 1000,
      'sample_too_old',
      /The affected sample has timestamp 1970-01-21T.* and is from series up\{job="x"\}/,
    ],
  ])('%s', (_, time, reason, problem) => {
    const store = createStore();
    const { discarded, problem: message } = storeRemoteWrite(body(UP, [[time, 1]]), store, NOW);
    expect(discarded).toEqual(new Map([[reason, 1]]));
    expect(message).toMatch(problem);
    expect(store.size()).toBe(0);
  });
  test.each([NOW + 599_000, NOW - 7_199_000])('and not at %d, within the limits', (time) => {
    expect(storeRemoteWrite(body(UP, [[time, 1]]), createStore(), NOW)).toEqual({ received: 1, discarded: new Map() });
  });
});

test('a series is the same in any order of its labels', () => {
  const store = createStore();
  storeRemoteWrite(body(UP, [[T, 1]]), store, NOW);
  storeRemoteWrite(body([...UP].reverse(), [[T + 1, 1]]), store, NOW);
  storeRemoteWrite(body([...UP, ['empty', '']], [[T + 2, 1]]), store, NOW);
  expect(store.size()).toBe(1);
});

test.each<[what: string, labels: Pair[], reason: string, problem: RegExp]>([
  ['without a name', [['job', 'x']], 'missing_metric_name', /received series has no metric name/],
  ['with a label twice', [...UP, ['job', 'y']], 'duplicate_label_names', /duplicate label name, label: 'job'/],
  [
    'with a label without a name',
    [...UP, ['', 'y']],
    'label_invalid',
    /invalid label: ''.*\(err-mimir-label-invalid\)/,
  ],
  [
    'with a label that has a dot',
    [...UP, ['a.b', 'y']],
    'label_invalid',
    /invalid label: 'a\.b' series: 'up\{a\.b="y", job="x"\}'/,
  ],
  [
    'with a name that has a dot',
    [['__name__', 'a.b']],
    'metric_name_invalid',
    /invalid metric name: 'a\.b' \(err-mimir-metric-name-invalid\)/,
  ],
  [
    'with a long label name',
    [...UP, ['n'.repeat(1025), 'y']],
    'label_name_too_long',
    /length exceeds the limit.*err-mimir-label-name-too-long/,
  ],
  [
    'with 31 labels',
    [['__name__', 'up'], ...listPairs(30)],
    'max_label_names_per_series',
    /number of labels exceeds the limit \(actual: 31, limit: 30\) series: 'up\{.*err-mimir-max-label-names-per-series/,
  ],
  [
    'that informs with 81 labels',
    [['__name__', 'target_info'], ...listPairs(80)],
    'max_label_names_per_info_series',
    /an info series whose number of labels exceeds the limit \(actual: 81, limit: 80\)/,
  ],
])('a series %s is refused', (_, labels, reason, problem) => {
  const { discarded, problem: message } = storeRemoteWrite(body(labels, [[T, 1]]), createStore(), NOW);
  expect([...discarded.keys()]).toEqual([reason]);
  expect(message).toMatch(problem);
});

test('a stale marker ends a series until its next sample', () => {
  const store = createStore();
  const placeholder = 1.2345e-300;
  const raw = Buffer.from(
    WriteRequest.encode({
      timeseries: [
        {
          labels: UP.map(([name, value]) => ({ name, value })),
          samples: [
            { value: 1, timestamp: BigInt(T) },
            { value: placeholder, timestamp: BigInt(T + 1000) },
            { value: Number.NaN, timestamp: BigInt(T + 2000) },
          ],
        },
      ],
    }),
  );
  const find = Buffer.alloc(8);
  find.writeDoubleLE(placeholder);
  raw.writeBigUInt64LE(0x7ff0000000000002n, raw.indexOf(find));
  storeRemoteWrite(compress(raw), store, NOW);
  const [series] = store.select('up');
  if (series === undefined) throw new Error('no series');
  expect(readSamples(series, 0, T * 2)).toEqual({ times: [T, T + 2000], values: [1, Number.NaN] });
});

test('a body cut off at any byte is a DecodeError and no other error', () => {
  const raw = WriteRequest.encode({
    timeseries: Array.from({ length: 5 }, (_, number) => ({
      labels: [{ name: '__name__', value: `m${number}` }],
      samples: [{ value: number, timestamp: BigInt(T) }],
    })),
  });
  for (let end = 1; end < raw.length; end++) {
    try {
      storeRemoteWrite(compress(raw.subarray(0, end)), createStore(), NOW);
    } catch (error) {
      expect(error).toMatchObject({ name: 'DecodeError' });
    }
  }
});

describe('over HTTP', () => {
  test.each([
    ['a good push', REMOTE_WRITE, body(UP, [[T, 1]]), 200],
    ['an empty push', REMOTE_WRITE, compress(new Uint8Array()), 200],
    ['a body that is not snappy', REMOTE_WRITE, Buffer.from('hello'), 400],
    ['a body that is not protobuf', REMOTE_WRITE, compress(Buffer.from('hello')), 400],
    ['a series without a name', REMOTE_WRITE, body([['a', 'b']], [[T, 1]]), 400],
    ['JSON', { 'content-type': 'application/json' }, Buffer.from('{}'), 415],
    [
      'remote write 2.0',
      { 'content-type': 'application/x-protobuf;proto=io.prometheus.write.v2.Request' },
      Buffer.from(''),
      415,
    ],
    ['gzip', { ...PROTOBUF, 'content-encoding': 'gzip' }, Buffer.from(''), 415],
  ])('%s is answered with its status', async (_, headers, pushed, status) => {
    await using running = await startTestMock({ now: () => NOW });
    expect(await running.post('prometheus', '/api/prom/push', pushed, headers)).toMatchObject({ status });
  });
  test('a GET is not allowed', async () => {
    await using running = await startTestMock({ now: () => NOW });
    expect(await running.get('prometheus', '/api/prom/push')).toMatchObject({ status: 405 });
  });
});
