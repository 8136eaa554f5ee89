import { blockClients, readInfo, storeBytes, storeKeys } from '../helpers/emit/redis.ts';
import { observe, outage, phase, test } from '../helpers/expect/criterion.ts';
import { DELIVERED, isDelivered } from '../helpers/expect/delivery.ts';
import { nextScrape, turnedTo } from '../helpers/expect/scrape.ts';
import { scrapeDelivery } from '../helpers/expect/scrape-delivery.ts';
import { countSeries, metric, samples, series } from '../helpers/expect/telemetry.ts';

const REDIS = { job: 'integrations/redis_exporter', instance: 'redis' };
const MEBIBYTE = 1024 * 1024;
const BUDGET = 1000;
/** The exporter's connection comes with a scrape and goes after it. */
const OWN_CONNECTION = 1;

phase('Phase 3: Redis metrics', { needs: ['redis'] }, () => {
  observe('P3.1 redis_up is 1 and up is 1, under both labels', async ({ expect }) => {
    await expect(metric('redis_up', REDIS)).toHaveValue(1);
    await expect(metric('up', REDIS)).toHaveValue(1);
  });

  test('P3.2 redis_memory_used_bytes is above 0 and rises when the test stores 8 MiB', async ({ expect, redis }) => {
    const client = await redis.connect();
    const before = await readInfo(client, 'used_memory');
    await using _stored = await storeBytes(client, 8 * MEBIBYTE);
    // Clients of other criteria come and go: 7 of the 8.
    await expect(metric('redis_memory_used_bytes', REDIS)).toHaveValueAtLeast(before + 7 * MEBIBYTE);
  });

  test('P3.3 redis_commands_processed_total rises by at least the commands that the test sends', async ({
    expect,
    redis,
  }) => {
    const client = await redis.connect();
    const before = await readInfo(client, 'total_commands_processed');
    await Promise.all(Array.from({ length: 100 }, () => client.ping()));
    await expect(metric('redis_commands_processed_total', REDIS)).toHaveValueAtLeast(before + 100);
  });

  test('P3.4 redis_connected_clients counts the connections that the test opens', async ({ expect, redis }) => {
    const client = await redis.connect();
    const many = await redis.connectMany(25);
    const connected = samples('redis_connected_clients', REDIS);
    await expect(connected).toAgreeWith(() => readInfo(client, 'connected_clients'), 'INFO', OWN_CONNECTION);
    await expect(metric('redis_connected_clients', REDIS)).toHaveValueAtLeast(25);
    many.close();
    await expect(connected).toAgreeWith(
      () => readInfo(client, 'connected_clients'),
      'INFO after they are closed',
      OWN_CONNECTION,
    );
  });

  test('P3.5 redis_blocked_clients counts a client blocked in BLPOP', async ({ expect, redis }) => {
    const client = await redis.connect();
    using _blocked = blockClients([await redis.connect(), await redis.connect()]);
    await expect(samples('redis_blocked_clients', REDIS)).toAgreeWith(
      () => readInfo(client, 'blocked_clients'),
      'INFO',
    );
    await expect(metric('redis_blocked_clients', REDIS)).toHaveValueAtLeast(2);
  });

  test('P3.6 the keyspace moves with the test’s keys: db0’s keys, hits and misses', async ({ expect, redis }) => {
    const client = await redis.connect();
    const hits = await readInfo(client, 'keyspace_hits');
    const misses = await readInfo(client, 'keyspace_misses');
    await using keys = await storeKeys(client, 50);
    await Promise.all(keys.names.map((name) => client.get(name)));
    await Promise.all(keys.names.map((name) => client.get(`${name} is not there`)));
    await expect(metric('redis_keyspace_hits_total', REDIS)).toHaveValueAtLeast(hits + 50);
    await expect(metric('redis_keyspace_misses_total', REDIS)).toHaveValueAtLeast(misses + 50);
    await expect(samples('redis_db_keys', { ...REDIS, db: 'db0' })).toAgreeWith(() => client.dbsize(), 'DBSIZE');
  });

  test('P3.7 every series carries both labels; per-key and per-client families stay out; the series budget holds; each scrape arrives, once', async ({
    expect,
    redis,
  }) => {
    await using _keys = await storeKeys(await redis.connect(), 10);
    await nextScrape('redis_up', REDIS);
    await expect(series({ job: REDIS.job })).toAllHave({ instance: REDIS.instance });
    await expect(series('__name__=~"redis_.+",job!="integrations/redis_exporter"')).toBeEmpty();
    await expect(
      series('__name__=~"redis_key_.+|redis_keys_count|redis_connected_client_.+|redis_connected_clients_details"'),
    ).toBeEmpty();
    await expect(countSeries(REDIS)).toHaveValueAtMost(BUDGET);
    await expect(await scrapeDelivery(REDIS)).toShow(DELIVERED, isDelivered);
  });

  observe('P3.8 no scrape error: redis_exporter_last_scrape_error is 0', async ({ expect }) => {
    await expect(metric('redis_exporter_last_scrape_error', REDIS)).toHaveValue(0);
  });

  outage(
    'P3.9 Redis out of reach: redis_up, or up where the exporter outlasts the scrape timeout, becomes 0, and 1 again after it is back',
    async ({ expect, stack }) => {
      await expect(metric('redis_up', REDIS)).toHaveValue(1);
      await stack.takeAway('redis');
      await expect(samples('redis_up|up', REDIS)).toShow(
        'is 0 within two scrapes of the loss',
        turnedTo(0, Date.now()),
      );
      await stack.bringBack('redis');
      await expect(metric('redis_up', REDIS)).toHaveValue(1);
    },
  );
});
