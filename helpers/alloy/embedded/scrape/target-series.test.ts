import { describe, expect, test } from 'vitest';
import { type ScrapeArgs, scrapeBlock } from '../components/prometheus-scrape/block.ts';
import type { ScrapedSample } from '../pipeline.ts';
import { argumentsFor, type Written } from '../testing/component-fixture.ts';
import { completeTarget } from './target.ts';
import { createTargetSeries } from './target-series.ts';

/** Takes pages one after the other; undefined is a scrape that brought none. Shows what each handed on. */
function takeAll(pages: readonly (string | undefined)[], written: Written<ScrapeArgs> = {}): Record<string, unknown>[] {
  const args = argumentsFor(scrapeBlock, { targets: [], forward_to: [], ...written });
  const target = completeTarget({ __address__: 'x:1' }, args, 'job');
  const series = createTargetSeries(target, args);
  return pages.map((page, index) => {
    const appended =
      page === undefined
        ? series.fail(index)
        : series.append({ status: 200, contentType: 'text/plain', body: Buffer.from(page) }, index);
    return Object.fromEntries(appended.samples.map(show));
  });
}

function show({ labels, value, stale }: ScrapedSample): [string, number | 'stale'] {
  return [labels.find(([name]) => name === '__name__')?.[1] ?? '', stale === true ? 'stale' : value];
}

describe('a stale marker ends', () => {
  test('a series that has gone from the page, once', () => {
    expect(takeAll(['a 1\nb 2\n', 'a 1\n', 'a 1\n'])).toEqual([{ a: 1, b: 2 }, { a: 1, b: 'stale' }, { a: 1 }]);
  });

  test('all series of a target that fails, once, until they come back', () => {
    expect(takeAll(['a 1\n', undefined, undefined, 'a 2\n'])).toEqual([{ a: 1 }, { a: 'stale' }, {}, { a: 2 }]);
  });

  test('all series of a target whose page breaks, and none that the broken page still has', () => {
    expect(takeAll(['a 1\nb 1\n', 'a 1\nbroken{\n', ''])).toEqual([{ a: 1, b: 1 }, { b: 'stale' }, { a: 'stale' }]);
  });

  test('no series with a time of its own, unless track_timestamps_staleness is on', () => {
    const pages = [`a 1 ${Date.now()}\n`, ''];
    expect(takeAll(pages)).toEqual([{ a: 1 }, {}]);
    expect(takeAll(pages, { track_timestamps_staleness: true })).toEqual([{ a: 1 }, { a: 'stale' }]);
  });
});

test('the labels of a series are the same object from scrape to scrape', () => {
  const args = argumentsFor(scrapeBlock, { targets: [], forward_to: [] });
  const series = createTargetSeries(completeTarget({ __address__: 'x:1' }, args, 'job'), args);
  const page = { status: 200, contentType: 'text/plain', body: Buffer.from('a{p="1"} 1\n') };
  const [first, second] = [series.append(page, 1).samples[0], series.append(page, 2).samples[0]];
  expect(second?.labels).toBe(first?.labels);
});

test('a target whose failing pages name ever new series is not remembered for ever', () => {
  const args = argumentsFor(scrapeBlock, { targets: [], forward_to: [] });
  const series = createTargetSeries(completeTarget({ __address__: 'x:1' }, args, 'job'), args);
  const before = process.memoryUsage().heapUsed;
  for (let scrape = 0; scrape < 300; scrape++) {
    const lines = Array.from({ length: 500 }, (_, index) => `a{p="${scrape}-${index}-${'x'.repeat(200)}"} 1\n`);
    series.append({ status: 200, contentType: 'text/plain', body: Buffer.from(`${lines.join('')}broken{\n`) }, scrape);
  }
  expect(process.memoryUsage().heapUsed - before).toBeLessThan(64 * 1024 * 1024);
});
