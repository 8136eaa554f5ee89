import { expect, test } from 'vitest';
import { startAnsweringServer } from '../clients/testing/answering-server.ts';
import { sampleRun } from '../clients/testing/sample-run.ts';
import { isDelivered } from './delivery.ts';
import { useRun } from './run.ts';
import { countScrapes, scrapeDelivery } from './scrape-delivery.ts';

const ranges = (...times: number[]) => [
  { labels: {}, samples: times.map((time) => ({ time: time / 1000, value: 1 })) },
];

test.each([
  ['each scrape is a sample, at the time when it was due', ranges(1000, 1500, 2000), 0, { arrived: 3, twice: 0 }],
  ['one is lost', ranges(1000, 2000), 0, { arrived: 2, twice: 0 }],
  ['every second one is lost', ranges(1500), 0, { arrived: 1, twice: 0 }],
  ['none arrives', [], 0, { arrived: 0, twice: 0 }],
  ['another one arrives', ranges(1000, 1500, 2000, 2500), 0, { arrived: 3, twice: 0 }],
  ['what the backend got again it kept once', ranges(1000, 1500, 2000), 5, { arrived: 3, twice: 3 }],
])('%s', (_, found, again, expected) => {
  expect(countScrapes([1010, 1490, 2030], found, again, 500)).toEqual({ emitted: 3, ...expected });
});

test('each scrape that Alloy reports is asked for, although a look at Alloy fails now and then', async () => {
  const labels = { job: 'j', instance: 'i' };
  const began = Date.now();
  let looks = 0;
  const attribute = (name: string, value: string) => ({ name, type: 'attr', value: { type: 'string', value } });
  const pairs = Object.entries(labels).map(([key, value]) => ({ key, value: { type: 'string', value } }));
  // A scrape every 120 ms.
  const scrapedAt = () => began + 120 * Math.floor((Date.now() - began) / 120);
  await using server = await startAnsweringServer(({ path }) => {
    if (path === '/api/v0/web/components') return { body: JSON.stringify([{ localID: 's' }]) };
    if (path.startsWith('/api/v0/web/components/')) {
      if (++looks % 5 === 0) return 'reset';
      const body = [
        { name: 'labels', type: 'attr', value: { type: 'object', value: pairs } },
        attribute('last_scrape', new Date(scrapedAt()).toISOString()),
      ];
      const debugInfo = [{ name: 'target', type: 'block', body }];
      const described = { localID: 's', name: 'prometheus.scrape', health: { state: 'healthy' }, debugInfo };
      return { body: JSON.stringify(described) };
    }
    if (path.endsWith('/-/repeats')) return { body: '{"repeats":[]}' };
    if (path === '/metrics') return { body: '' };
    const values = Array.from({ length: 200 }, (_, n) => [(began + 120 * n) / 1000, '1']);
    const result = [{ metric: labels, values: values.filter(([time]) => Number(time) * 1000 <= Date.now()) }];
    return { body: JSON.stringify({ status: 'success', data: { resultType: 'matrix', result } }) };
  });
  const intervals = { ...sampleRun().intervals, scrape: 120 };
  useRun(sampleRun({ origin: server.url, mockUrl: server.url, intervals }));
  const delivery = await (await scrapeDelivery(labels)).ask();
  expect(delivery.signals.samples).toMatchObject({ twice: 0 });
  expect(delivery.signals.samples?.emitted).toBe(4);
  expect(isDelivered(delivery)).toBe(true);
});
