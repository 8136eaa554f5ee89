import { readFileSync } from 'node:fs';
import { BinaryWriter } from '@bufbuild/protobuf/wire';
import { describe, expect, test } from 'vitest';
import { gunzipBounded, unsnappyBounded } from './compression.ts';
import { DecodeError } from './message.ts';
import { WriteRequest } from './remote-write.ts';
import { LogsData, MetricsData, TracesData } from './schema.ts';

const readCapture = (name: string) => readFileSync(new URL(`../../fixtures/captures/wire/${name}`, import.meta.url));
const readDecoded = (name: string): unknown => JSON.parse(readCapture(name).toString());
const PROTO_JSON = { ids: 'base64', enums: 'name' } as const;

/** Makes values comparable with the captured JSON: without undefined properties. */
const normalize = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

describe('captured bodies read as the independent decoder reads them', () => {
  test('traces of Alloy 1.18', async () => {
    const body = await gunzipBounded(readCapture('otlp-traces.pb.gz'));
    expect(normalize(TracesData.toJson(TracesData.decode(body), PROTO_JSON))).toEqual(
      readDecoded('otlp-traces.decoded.json'),
    );
  });
  test('traces of the Node SDK', () => {
    const data = TracesData.decode(readCapture('sdk-traces.pb'));
    expect(normalize(TracesData.toJson(data, PROTO_JSON))).toEqual(readDecoded('sdk-traces.decoded.json'));
  });
  test('metrics of the Node SDK', () => {
    const data = MetricsData.decode(readCapture('sdk-metrics.pb'));
    expect(normalize(MetricsData.toJson(data, PROTO_JSON))).toEqual(readDecoded('sdk-metrics.decoded.json'));
  });
  test('logs of the Node SDK', () => {
    const data = LogsData.decode(readCapture('sdk-logs.pb'));
    expect(normalize(LogsData.toJson(data, PROTO_JSON))).toEqual(readDecoded('sdk-logs.decoded.json'));
  });
  test('remote write of Alloy 1.18', () => {
    const { timeseries } = WriteRequest.decode(unsnappyBounded(readCapture('remote-write.snappy')));
    const shown = timeseries.map(({ labels, samples }) => ({
      labels: Object.fromEntries(labels.map(({ name, value }) => [name, value])),
      samples: samples.map(({ value, timestamp }) => [value, Number(timestamp)]),
    }));
    const expected = JSON.parse(
      readCapture('remote-write.decoded.json')
        .toString()
        .replace(/\bNaN\b/g, '"NaN"')
        .replace(/\bInfinity\b/g, '"Infinity"'),
    ) as unknown[];
    expect(shown).toHaveLength(expected.length);
    expect(
      shown.map((series) =>
        JSON.stringify(series, (_, v) => (typeof v === 'number' && !Number.isFinite(v) ? String(v) : v)),
      ),
    ).toEqual(expected.map((series) => JSON.stringify(series)));
  });
});

describe('what was decoded is encoded again', () => {
  test('as the same bytes for the Node SDK’s traces', () => {
    const data = TracesData.decode(readCapture('sdk-traces.pb'));
    expect(TracesData.decode(TracesData.encode(data))).toEqual(data);
    expect(TracesData.fromJson(TracesData.toJson(data))).toEqual(data);
  });
  test('for metrics, in binary and in JSON', () => {
    const data = MetricsData.decode(readCapture('sdk-metrics.pb'));
    expect(MetricsData.decode(MetricsData.encode(data))).toEqual(data);
    expect(MetricsData.fromJson(MetricsData.toJson(data))).toEqual(data);
  });
  test('for series', () => {
    const request = WriteRequest.decode(unsnappyBounded(readCapture('remote-write.snappy')));
    expect(WriteRequest.decode(WriteRequest.encode(request))).toEqual(request);
  });
});

describe('a malformed body is refused', () => {
  const body = readCapture('sdk-traces.pb');
  test('when it is cut off anywhere but between two fields', () => {
    const whole = TracesData.decode(body).resourceSpans.length;
    for (let end = 1; end < body.length; end += 7) {
      const cut = body.subarray(0, end);
      try {
        expect(TracesData.decode(cut).resourceSpans.length).toBeLessThanOrEqual(whole);
        expect.fail(`accepted ${end} of ${body.length} bytes`);
      } catch (error) {
        expect(error).toBeInstanceOf(DecodeError);
      }
    }
  });
  test('when a value is nested too deeply', () => {
    let value: Record<string, unknown> = { stringValue: 'x' };
    for (let depth = 0; depth < 200; depth++) value = { arrayValue: { values: [value] } };
    const log = { resourceLogs: [{ scopeLogs: [{ logRecords: [{ body: value }] }] }] };
    expect(() => LogsData.fromJson(log)).toThrow(/nested deeper/);
  });
  test('when it holds millions of empty spans', () => {
    const spans = Buffer.alloc(4_000_000, Buffer.from([0x12, 0x00]));
    const wrapped = (inside: Uint8Array, tag: number) => {
      const writer = new BinaryWriter().tag(tag, 2).bytes(inside);
      return writer.finish();
    };
    expect(() => TracesData.decode(wrapped(wrapped(spans, 2), 1))).toThrow(/more than 2500000 fields/);
  });
  test.each([
    ['a short trace ID', { traceId: '0102' }, /ID of 2 bytes, expected 16/],
    ['a trace ID that is not hexadecimal', { traceId: 'zz' }, /traceId: an ID that is not hex/],
    ['a name that is a number', { name: 5 }, /name: expected a string, found a number/],
    ['a time that is a fraction', { startTimeUnixNano: 1.5 }, /startTimeUnixNano: expected an integer/],
    ['attributes that are an object', { attributes: {} }, /attributes: expected an array/],
  ])('when it holds %s', (_, span, message) => {
    expect(() => TracesData.fromJson({ resourceSpans: [{ scopeSpans: [{ spans: [span] }] }] })).toThrow(message);
  });
  test('but not for unknown fields or either spelling of a name', () => {
    const data = TracesData.fromJson({ resource_spans: [{ scopeSpans: [{ spans: [{ name: 'x', unknown: 1 }] }] }] });
    expect(data.resourceSpans[0]?.scopeSpans[0]?.spans[0]?.name).toBe('x');
  });
});

describe('compressed bodies have a limit', () => {
  test('a gzip bomb stops at the limit', async () => {
    const { gzipSync } = await import('node:zlib');
    await expect(gunzipBounded(gzipSync(Buffer.alloc(4_000_000)), 1_000_000)).rejects.toThrow(
      /more than 1000000 bytes/,
    );
  });
  test('a gzip body that is cut off is refused', async () => {
    const body = readCapture('otlp-traces.pb.gz');
    await expect(gunzipBounded(body.subarray(0, body.length - 20))).rejects.toThrow('unexpected EOF');
  });
  test('a snappy body that declares too much is refused before it is decompressed', () => {
    expect(() => unsnappyBounded(Buffer.from([0xff, 0xff, 0xff, 0xff, 0x0f, 0]))).toThrow(DecodeError);
  });
});
