import { describe, expect, test } from 'vitest';
import type { ScrapedSample } from '../../schema/capsules.ts';
import { buildArguments, type PartialArguments } from '../../testing/component-fixture.ts';
import { type ScrapeArgs, scrapeBlock } from './block.ts';
import { completeTarget } from './target.ts';
import { createTargetSeries } from './target-series.ts';

/**
 * Appends pages one by one, undefined for a scrape without a page. Returns the samples that each produced, without those
 * that were rolled back.
 */
function takeAll(
  pages: readonly (string | undefined)[],
  written: PartialArguments<ScrapeArgs> = {},
): Record<string, unknown>[] {
  const args = buildArguments(scrapeBlock, { targets: [], forward_to: [], ...written });
  const target = completeTarget({ __address__: 'x:1' }, args, 'job');
  const series = createTargetSeries(target, args);
  return pages.map((page, index) => {
    const appended =
      page === undefined
        ? series.fail(index)
        : series.append({ status: 200, contentType: 'text/plain', body: Buffer.from(page) }, index);
    return Object.fromEntries(appended.samples.filter(({ rolledBack }) => rolledBack !== true).map(show));
  });
}

function show({ labels, value, stale }: ScrapedSample): [string, number | 'stale'] {
  return [labels.find(([name]) => name === '__name__')?.[1] ?? '', stale === true ? 'stale' : value];
}

describe('a stale marker ends', () => {
  test('a series that has disappeared from the page, once', () => {
    expect(takeAll(['a 1\nb 2\n', 'a 1\n', 'a 1\n'])).toEqual([{ a: 1, b: 2 }, { a: 1, b: 'stale' }, { a: 1 }]);
  });

  test('all series of a failing target, once, until they come back', () => {
    expect(takeAll(['a 1\n', undefined, undefined, 'a 2\n'])).toEqual([{ a: 1 }, { a: 'stale' }, {}, { a: 2 }]);
  });

  test('all series of a target with a broken page, except those before the broken line', () => {
    expect(takeAll(['a 1\nb 1\n', 'a 1\nbroken{\n', ''])).toEqual([{ a: 1, b: 1 }, { b: 'stale' }, { a: 'stale' }]);
  });

  test('no series with its own timestamps, unless track_timestamps_staleness is on', () => {
    const pages = [`a 1 ${Date.now()}\n`, ''];
    expect(takeAll(pages)).toEqual([{ a: 1 }, {}]);
    expect(takeAll(pages, { track_timestamps_staleness: true })).toEqual([{ a: 1 }, { a: 'stale' }]);
  });
});

test('the labels of a series are the same object from scrape to scrape', () => {
  const args = buildArguments(scrapeBlock, { targets: [], forward_to: [] });
  const series = createTargetSeries(completeTarget({ __address__: 'x:1' }, args, 'job'), args);
  const page = { status: 200, contentType: 'text/plain', body: Buffer.from('a{p="1"} 1\n') };
  const [first, second] = [series.append(page, 1).samples[0], series.append(page, 2).samples[0]];
  expect(second?.labels).toBe(first?.labels);
});

describe('the memory used for a target is bounded', () => {
  const MEBIBYTE = 1024 * 1024;
  const heapUsed = (): number => {
    if (gc === undefined) throw new Error('the unit tests run with --expose-gc');
    gc();
    return process.memoryUsage().heapUsed;
  };
  const grown = (scrapes: number, page: (scrape: number) => string): number => {
    const args = buildArguments(scrapeBlock, { targets: [], forward_to: [] });
    const series = createTargetSeries(completeTarget({ __address__: 'x:1' }, args, 'job'), args);
    const before = heapUsed();
    for (let scrape = 0; scrape < scrapes; scrape++) {
      series.append({ status: 200, contentType: 'text/plain', body: Buffer.from(page(scrape)) }, scrape);
    }
    const after = heapUsed();
    // Must not be garbage-collected before this point.
    series.fail(scrapes);
    return after - before;
  };

  test('if its failing pages keep introducing new series', () => {
    const page = (scrape: number): string => {
      const lines = Array.from({ length: 50 }, (_, index) => `a{p="${scrape}-${index}-${'x'.repeat(10_000)}"} 1\n`);
      return `${lines.join('')}broken{\n`;
    };
    expect(grown(60, page)).toBeLessThan(35 * MEBIBYTE);
  });

  test('if each of its large pages adds a series that stays', () => {
    const page = (scrape: number): string => {
      const stays = Array.from({ length: scrape + 1 }, (_, index) => `stays{n="the series number ${index}"} 1\n`);
      return `# HELP padding ${'x'.repeat(MEBIBYTE / 2)}\n${stays.join('')}`;
    };
    expect(grown(50, page)).toBeLessThan(10 * MEBIBYTE);
  });
});
