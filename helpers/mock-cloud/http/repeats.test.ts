import { compress } from 'snappyjs';
import { expect, test } from 'vitest';
import { WriteRequest } from '../../otlp/remote-write.ts';
import { JSON_TYPE, REMOTE_WRITE, startTestMock } from '../testing/test-mock.ts';

const NOW = 1_795_341_600_000;
const text = (key: string, stringValue: string) => ({ key, value: { stringValue } });

test('what arrives again with the same time and content is stored once, and listed by its labels', async () => {
  await using running = await startTestMock({ now: () => NOW });
  const resource = { attributes: [text('service.name', 'api'), text('service.instance.id', 'run-1')] };
  const record = (line: string) => ({ timeUnixNano: `${NOW}000000`, body: { stringValue: line } });
  const logs = { resourceLogs: [{ resource, scopeLogs: [{ logRecords: [record('once'), record('again')] }] }] };
  const more = { resourceLogs: [{ resource, scopeLogs: [{ logRecords: [record('again')] }] }] };
  const write = (...series: [name: string, value: number][]) => {
    const timeseries = series.map(([name, value]) => ({
      labels: [
        { name: '__name__', value: name },
        { name: 'job', value: 'x' },
      ],
      samples: [{ value, timestamp: BigInt(NOW) }],
    }));
    return running.post('prometheus', '/api/prom/push', compress(WriteRequest.encode({ timeseries })), REMOTE_WRITE);
  };
  for (const body of [logs, more]) await running.post('otlp', '/otlp/v1/logs', JSON.stringify(body), JSON_TYPE);
  await write(['up', 1], ['other', 1]);
  await write(['up', 1]);
  const list = async (query: string) => JSON.parse((await running.get('loki', `/-/repeats${query}`)).text).repeats;
  const again = { signal: 'log records', line: 'again', labels: { service_instance_id: 'run-1' }, count: 1 };
  const up = { signal: 'samples', labels: { __name__: 'up', job: 'x' }, count: 1 };
  expect(await list('')).toMatchObject([again, up]);
  expect(await list('?service_name=api')).toMatchObject([again]);
  expect(await list('?job=x&__name__=up')).toEqual([up]);
  expect(await list('?job=y')).toEqual([]);
});
