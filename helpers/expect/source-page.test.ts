import { describe, expect, test } from 'vitest';
import { startAnsweringServer } from '../clients/testing/answering-server.ts';
import { sampleRun } from '../clients/testing/sample-run.ts';
import { useRun } from './run.ts';
import { findSourcePage, findUnfiltered } from './source-page.ts';

const DROPPED = /^pg_stat_user_.+$/;
const LINES = ['pg_up 1', 'pg_stat_user_tables_rows{t="a"} 1', 'pg_stat_user_tables_rows{t="b"} 1'];

describe('what a filter drops', () => {
  test('is served by the source: the number of series, and their names', async () => {
    await using source = await startAnsweringServer(() => ({ body: `${LINES.join('\n')}\n` }));
    expect(await findUnfiltered(source.url, DROPPED)).toEqual({
      problems: [],
      fact: `${source.url} serves 2 series that the filter drops, of 3: pg_stat_user_tables_rows`,
    });
  });

  test('is not served by the source, so that its absence proves nothing', async () => {
    await using source = await startAnsweringServer(() => ({ body: 'pg_up 1\n' }));
    const { problems } = await findUnfiltered(source.url, DROPPED);
    expect(problems).toEqual([expect.stringContaining('serves nothing that the filter would drop')]);
  });

  test.each([
    ['its page is not found', 404, /can't be read: .* answers 404$/],
    ['nothing listens there', undefined, /can't be read: .* gives no answer: /],
    ['nobody knows where it is', null, /can't be read: no component of Alloy names it$/],
  ] as const)(
    'can not be told where %s: a problem on a stack of the run, a note on one of others',
    async (_, status, told) => {
      await using source = await startAnsweringServer(() => ({ status: status ?? 200 }));
      const url = status === null ? undefined : status === undefined ? 'http://127.0.0.1:1/metrics' : source.url;
      useRun(sampleRun());
      expect((await findUnfiltered(url, DROPPED)).problems).toEqual([expect.stringMatching(told)]);
      useRun(sampleRun({ stack: 'external' }));
      expect(await findUnfiltered(url, DROPPED)).toEqual({
        problems: [],
        fact: expect.stringMatching(
          new RegExp(`^not checked that the source serves what the filter drops: .*${told.source}`),
        ),
      });
    },
  );
});

describe('the page of a source', () => {
  const attribute = (name: string, value: string) => ({ name, type: 'attr', value: { type: 'string', value } });
  const EXPORTER = 'prometheus.exporter.postgres';
  const JOB = 'integrations/postgres_exporter';

  /** An Alloy with these components, whose scrapes have a target at this address. */
  const find = async (ids: readonly string[], job = JOB) => {
    await using alloy = await startAnsweringServer(({ path }) => {
      const component = (localID: string) => {
        return { localID, name: localID.replace(/\.\w+$/, ''), health: { state: 'healthy' } };
      };
      if (path === '/api/v0/web/components') return { body: JSON.stringify(ids.map(component)) };
      const pairs = [{ key: 'job', value: { type: 'string', value: JOB } }];
      const labels = { name: 'labels', type: 'attr', value: { type: 'object', value: pairs } };
      const target = { name: 'target', body: [attribute('url', 'http://exporter.example:9187/metrics'), labels] };
      return { body: JSON.stringify({ ...component(path.split('/').at(-1) ?? ''), debugInfo: [target] }) };
    });
    useRun(sampleRun({ origin: alloy.url }));
    return (await findSourcePage(EXPORTER, job))?.replace(alloy.url, 'ALLOY');
  };

  test('is at the address of Alloy where the exporter is inside of it, whatever its label', async () => {
    const page = 'ALLOY/api/v0/component/prometheus.exporter.postgres.renamed/metrics';
    expect(await find(['prometheus.scrape.any', 'prometheus.exporter.postgres.renamed'])).toBe(page);
  });

  test('is where the target with the job is, of an exporter elsewhere', async () => {
    expect(await find(['prometheus.scrape.any'])).toBe('http://exporter.example:9187/metrics');
  });

  test('is unknown where there is neither, or Alloy gives no answer', async () => {
    expect(await find(['prometheus.scrape.any'], 'another')).toBeUndefined();
    useRun(sampleRun());
    expect(await findSourcePage(EXPORTER, JOB)).toBeUndefined();
  });
});
