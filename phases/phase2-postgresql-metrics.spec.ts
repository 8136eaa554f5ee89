import { commitTransactions, countCommits, countConnections, countIdle } from '../helpers/emit/postgres.ts';
import { alloyMetric } from '../helpers/expect/alloy.ts';
import { observe, outage, phase, test } from '../helpers/expect/criterion.ts';
import { DELIVERED, isDelivered } from '../helpers/expect/delivery.ts';
import { run } from '../helpers/expect/run.ts';
import { firstSample, firstSampleBound, nextScrape, turnedTo } from '../helpers/expect/scrape.ts';
import { scrapeDelivery } from '../helpers/expect/scrape-delivery.ts';
import { findSourcePage, findUnfiltered } from '../helpers/expect/source-page.ts';
import { countSeries, metric, rate, samples, series, sum } from '../helpers/expect/telemetry.ts';

const POSTGRES = { job: 'integrations/postgres_exporter', instance: 'postgres' };
const DATABASE = { ...POSTGRES, datname: run.postgres?.database ?? '' };
const BUDGET = 1000;
/** A series for each statement, table or index. */
const HIGH_CARDINALITY = /^(pg_stat_statements.*|pg_stat_?io_user_.+|pg_stat_user_(tables|indexes)_.+)$/;
/** The exporter's connections come with a scrape and go after it. */
const OWN_CONNECTIONS = 2;

phase('Phase 2: PostgreSQL metrics', { needs: ['postgres'] }, () => {
  observe('P2.1 pg_up is 1 and up is 1, under both labels', async ({ expect }) => {
    await expect(metric('pg_up', POSTGRES)).toHaveValue(1);
    await expect(metric('up', POSTGRES)).toHaveValue(1);
  });

  test('P2.2 pg_stat_database_numbackends is what pg_stat_activity says', async ({ expect, postgres }) => {
    const client = await postgres.connect();
    await postgres.connectMany(12);
    await expect(samples('pg_stat_database_numbackends', DATABASE)).toAgreeWith(
      () => countConnections(client),
      'pg_stat_activity',
      OWN_CONNECTIONS,
    );
  });

  test('P2.3 pg_stat_database_xact_commit rises by at least the transactions that the test commits', async ({
    expect,
    postgres,
  }) => {
    const client = await postgres.connect();
    const before = await countCommits(client);
    await commitTransactions(client, 25);
    await expect(metric('pg_stat_database_xact_commit', DATABASE)).toHaveValueAtLeast(before + 25);
  });

  test('P2.4 the rate of commits is above 0: the dashboard query', async ({ expect, postgres }) => {
    await commitTransactions(await postgres.connect(), 10);
    await expect(rate(metric('pg_stat_database_xact_commit', DATABASE), '5m')).toHaveValueAbove(0);
  });

  test('P2.5 pg_stat_activity_count counts the idle connections that the test opens', async ({ expect, postgres }) => {
    const client = await postgres.connect();
    await postgres.connectMany(12);
    const idle = { ...DATABASE, state: 'idle' };
    await expect(samples('pg_stat_activity_count', idle)).toAgreeWith(
      () => countIdle(client),
      'pg_stat_activity',
      OWN_CONNECTIONS,
    );
    await expect(sum(metric('pg_stat_activity_count', idle))).toHaveValueAtLeast(12);
  });

  observe('P2.6 every series of the job carries both labels, and no other job has pg_*', async ({ expect }) => {
    await nextScrape('pg_up', POSTGRES);
    await expect(series({ job: POSTGRES.job })).toAllHave({ instance: POSTGRES.instance });
    await expect(series(`__name__=~"pg_.+",job!="${POSTGRES.job}"`)).toBeEmpty();
  });

  test('P2.7 high-cardinality families stay out, which the exporter has, and the job keeps to its series budget', async ({
    expect,
    postgres,
    note,
  }) => {
    const client = await postgres.connect();
    await client.query('CREATE TEMPORARY TABLE alloy_verify (n int); INSERT INTO alloy_verify VALUES (1)');
    // What keeps the exporter from the database says more than what its page lacks.
    await expect(metric('pg_up', POSTGRES)).toHaveValue(1);
    const page = await findSourcePage('prometheus.exporter.postgres', POSTGRES.job);
    const { problems, fact } = await findUnfiltered(page, HIGH_CARDINALITY);
    expect(problems).toHaveNoProblems('Let the exporter collect the statistics of tables, which the filter then drops');
    note(fact);
    await nextScrape('pg_up', POSTGRES);
    await expect(series(`__name__=~"${HIGH_CARDINALITY.source}"`)).toBeEmpty();
    await expect(countSeries(POSTGRES)).toHaveValueAtMost(BUDGET);
  });

  test('P2.8 remote write: no failed, no dropped samples, no 401, and each scrape arrives, once', async ({
    expect,
  }) => {
    await expect(alloyMetric('prometheus_remote_storage_samples_total')).toHaveValueAbove(0);
    await expect(await scrapeDelivery(POSTGRES)).toShow(DELIVERED, isDelivered);
    // By now every endpoint has had samples to take.
    await expect(alloyMetric('prometheus_remote_storage_samples_failed_total')).toHaveValue(0);
    await expect(alloyMetric('prometheus_remote_storage_samples_dropped_total')).toHaveValue(0);
  });

  test('P2.9 the first sample arrives within one scrape interval plus Alloy’s own 5 s and the write deadline', async ({
    expect,
  }) => {
    await expect(await firstSample('up', POSTGRES)).toShow(
      `came within ${firstSampleBound() / 1000} s of Alloy’s start`,
      (delay) => delay <= firstSampleBound(),
    );
  });

  outage(
    'P2.10 PostgreSQL out of reach: pg_up, or up where the exporter outlasts the scrape timeout, becomes 0 within two scrapes, and 1 again after it is back',
    async ({ expect, stack }) => {
      await expect(metric('pg_up', POSTGRES)).toHaveValue(1);
      await stack.takeAway('postgres');
      await expect(samples('pg_up|up', POSTGRES)).toShow(
        'is 0 within two scrapes of the loss',
        turnedTo(0, Date.now()),
      );
      await stack.bringBack('postgres');
      await expect(metric('pg_up', POSTGRES)).toHaveValue(1);
      await expect(metric('up', POSTGRES)).toHaveValue(1);
    },
  );
});
