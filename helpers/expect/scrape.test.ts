import { describe, expect, test } from 'vitest';
import { type Received, type Reply, startAnsweringServer } from '../clients/testing/answering-server.ts';
import { sampleRun } from '../clients/testing/sample-run.ts';
import { useRun } from './run.ts';
import { firstSample, firstSampleBound, nextExport, nextScrape, turnedTo } from './scrape.ts';

const range = (...values: number[]) => [{ labels: {}, samples: values.map((value, time) => ({ time, value })) }];

test('the value has changed if one of the first two samples after the moment has it', () => {
  expect(turnedTo(0, 1500)(range(1, 1, 1, 0))).toBe(true);
  expect(turnedTo(0, 1500)(range(1, 1, 0, 1))).toBe(true);
});

test('neither a sample before the moment counts nor a third one after it', () => {
  expect(turnedTo(0, 1500)(range(0, 0, 1, 1))).toBe(false);
  expect(turnedTo(0, 1500)(range(1, 1, 1, 1, 0))).toBe(false);
  expect(turnedTo(0, 1500)([])).toBe(false);
  expect(turnedTo(0, 2000)(range(1, 1, 0, 1, 1))).toBe(false);
});

const POSTGRES = { job: 'integrations/postgres_exporter', instance: 'postgres' };
const seconds = () => Date.now() / 1000;
/** The answer to a query for raw samples, which were taken at these seconds since the epoch. */
const matrix = (...series: number[][]) => {
  const result = series.map((times) => ({ metric: {}, values: times.map((time) => [time, '1']) }));
  return { body: JSON.stringify({ status: 'success', data: { resultType: 'matrix', result } }) };
};

/** The answer to an instant query. */
const vector = (...series: [labels: Record<string, string>, value: number][]) => {
  const result = series.map(([metric, value]) => ({ metric, value: [seconds(), String(value)] }));
  return { body: JSON.stringify({ status: 'success', data: { resultType: 'vector', result } }) };
};

/** A stack with this page of Alloy's own metrics, and a backend that answers queries one after the other. */
async function withStack(metrics: string, answers: readonly Reply[], body: (queries: () => string[]) => Promise<void>) {
  const left = [...answers];
  const isQuery = ({ path }: Received) => path.endsWith('/api/v1/query');
  await using server = await startAnsweringServer((request) => {
    if (!isQuery(request)) return { body: metrics };
    return left.length > 1 ? left.shift() : left[0];
  });
  useRun(sampleRun({ origin: server.url, servicesInstanceId: 'run-1' }));
  await body(() => server.received.filter(isQuery).map(({ parameters }) => parameters.get('query') ?? ''));
}

test('the first sample of a scrape may take an interval, the target sync, the write deadline and the slack of every deadline', () => {
  useRun(sampleRun());
  expect(firstSampleBound()).toBe(500 + 5000 + 100 + 10_000);
});

describe('a sample that is newer than the call', () => {
  test('is waited for in a scraped metric', () => {
    const query = 'pg_up{job="integrations/postgres_exporter",instance="postgres"}[60s]';
    const old = seconds() - 10;
    return withStack('', [matrix(), matrix([old - 1, old]), matrix([old], [old, seconds() + 60])], async (queries) => {
      await nextScrape('pg_up', POSTGRES);
      expect(queries()).toEqual([query, query, query]);
    });
  });

  test('is waited for in any metric that a service exports', () => {
    const names = vector([{ __name__: 'other_total' }, 3]);
    const newest = (time: number) => vector([{}, time]);
    const answers = [vector(), names, newest(seconds() - 10), names, newest(seconds() + 60)];
    return withStack('', answers, async (queries) => {
      await nextExport('s');
      const anyName = 'count by (__name__) ({__name__=~".+",service_name="s",instance="run-1"})';
      const time = 'max(timestamp(other_total{service_name="s",instance="run-1"}))';
      expect(queries()).toEqual([anyName, anyName, time, anyName, time]);
    });
  });

  test.each([
    [matrix([1, 2]), { kind: 'newest sample', time: 2000 }],
    [matrix(), { kind: 'nothing' }],
  ])('fails the criterion if it does not come, with the newest one: %#', async (answer, seen) => {
    // An Alloy that gives no answer ends the wait.
    await using backend = await startAnsweringServer(() => answer);
    const { alloy } = sampleRun();
    useRun({ ...sampleRun({ origin: backend.url }), alloy });
    await expect(nextScrape('pg_up', POSTGRES)).rejects.toMatchObject({
      evidence: { seen, condition: { kind: 'newer sample' } },
    });
  });
});

describe('how late the first sample of a scrape was', () => {
  const HOUR = 3600;

  test.each(['process_start_time_seconds', 'alloy_resources_process_start_time_seconds'])(
    'is counted from the start of Alloy by its %s',
    (start) => {
      const started = Math.floor(seconds()) - 10;
      const answer = matrix([started + 5, started + 8], [started + 3.25, started + 9]);
      return withStack(`${start} ${started}\n`, [answer], async (queries) => {
        const question = await firstSample('up', POSTGRES);
        expect(await question.ask()).toBe(3250);
        expect(question).toMatchObject({
          path: 'remote write',
          subject: { kind: 'scraped metric', expression: 'the first sample of up', metric: 'up', source: 'postgres' },
        });
        // It is looked for since the start, and a minute before it.
        const window = Number(/\[(\d+)s\]$/.exec(queries()[0] ?? '')?.[1]);
        expect(window).toBeGreaterThanOrEqual(70);
        expect(window).toBeLessThan(HOUR);
      });
    },
  );

  test('has no end without a sample', () =>
    withStack(`process_start_time_seconds ${seconds() - 10}\n`, [matrix()], async () => {
      expect(await (await firstSample('up', POSTGRES)).ask()).toBe(Number.POSITIVE_INFINITY);
    }));

  test('is the age of the newest one if Alloy has been running for more than an hour', () => {
    const newest = seconds() - 20;
    const answer = matrix([newest - 1000, newest], [newest - 500]);
    return withStack(`process_start_time_seconds ${seconds() - 2 * HOUR}\n`, [answer], async (queries) => {
      const age = await (await firstSample('up', POSTGRES)).ask();
      expect(age).toBeGreaterThanOrEqual(20_000);
      expect(age).toBeLessThan(500_000);
      expect(queries()).toEqual([expect.stringMatching(/\[3600s\]$/)]);
    });
  });
});
