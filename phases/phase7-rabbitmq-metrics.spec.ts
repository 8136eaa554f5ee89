import { getPage } from '../helpers/clients/page.ts';
import { listMalformedSamples, readSamples } from '../helpers/clients/text-format.ts';
import { consume, declareQueues, nameQueues, publish } from '../helpers/emit/rabbitmq.ts';
import { observe, outage, phase, test } from '../helpers/expect/criterion.ts';
import { DELIVERED, isDelivered } from '../helpers/expect/delivery.ts';
import { run } from '../helpers/expect/run.ts';
import { turnedTo } from '../helpers/expect/scrape.ts';
import { scrapeDelivery } from '../helpers/expect/scrape-delivery.ts';
import { findUnfiltered } from '../helpers/expect/source-page.ts';
import { count, countSeries, metric, rate, samples, series, sum } from '../helpers/expect/telemetry.ts';

const RABBITMQ = { job: 'integrations/rabbitmq', instance: 'rabbitmq' };
const MANY_QUEUES = nameQueues(run, 'budget', run.backend === 'cloud' ? 4 : 100);
const MANY_QUEUES_PATTERN = new RegExp(`alloy-verify\\.${run.id}\\.budget\\..+`);
const BUDGET = 1000 + 40 * MANY_QUEUES.length;
/** Counters of the Erlang VM's allocators, schedulers and tables: two thirds of a small broker's series. */
const OF_THE_VM = /^(erlang_vm_allocators|erlang_vm_msacc_.*|erlang_mnesia_tablewise_.*)$/;
const MEBIBYTE = 1024 * 1024;

/** What RabbitMQ itself says now. */
async function readPage(name: string): Promise<number> {
  const { body } = await getPage(run.rabbitmq?.metricsUrl ?? '');
  return readSamples(body).find(({ labels }) => labels.__name__ === name)?.value ?? Number.NaN;
}

phase('Phase 7: RabbitMQ metrics', { needs: ['rabbitmq'] }, () => {
  test('P7.1 the metrics page answers 200 in the Prometheus text format; the plugin is enabled', async ({
    expect,
    note,
  }) => {
    const page = await getPage(run.rabbitmq?.metricsUrl ?? '');
    expect(page).toMatchObject({ status: 200, contentType: expect.stringContaining('text/plain') });
    const found = readSamples(page.body);
    expect(listMalformedSamples(page.body)).toEqual([]);
    expect(found.map(({ labels }) => labels.__name__)).toContain('rabbitmq_connections');
    note(`${run.rabbitmq?.metricsUrl} answered 200 with ${found.length} samples`);
  });

  observe('P7.2 the target is up, under both labels', async ({ expect }) => {
    await expect(metric('up', RABBITMQ)).toHaveValue(1);
  });

  test('P7.3 rabbitmq_queue_messages equals the depth that the test makes, per queue', async ({ expect, rabbitmq }) => {
    const channel = await rabbitmq.channel();
    const [first = '', second = ''] = nameQueues(run, 'depth', 2);
    await declareQueues(channel, [first, second]);
    await publish(channel, first, 7);
    await publish(channel, second, 3);
    await expect(metric('rabbitmq_queue_messages', { ...RABBITMQ, queue: first })).toHaveValue(7);
    await expect(metric('rabbitmq_queue_messages', { ...RABBITMQ, queue: second })).toHaveValue(3);
  });

  test('P7.4 rabbitmq_connections counts the test’s connections', async ({ expect, rabbitmq }) => {
    const before = await readPage('rabbitmq_connections');
    const opened = await Promise.all(Array.from({ length: 10 }, () => rabbitmq.connect()));
    await expect(metric('rabbitmq_connections', RABBITMQ)).toHaveValueAtLeast(before + 5);
    await Promise.all(opened.map((connection) => connection.close()));
    await expect(metric('rabbitmq_connections', RABBITMQ)).toHaveValueBelow(before + 5);
  });

  test('P7.5 rabbitmq_consumers counts the test’s consumers', async ({ expect, rabbitmq }) => {
    const before = await readPage('rabbitmq_consumers');
    const channel = await rabbitmq.channel();
    const [queue = ''] = nameQueues(run, 'consumed', 1);
    await declareQueues(channel, [queue]);
    const cancel = await consume(channel, queue, 4);
    await expect(metric('rabbitmq_consumers', RABBITMQ)).toHaveValueAtLeast(before + 4);
    await cancel();
    await expect(metric('rabbitmq_consumers', RABBITMQ)).toHaveValueBelow(before + 4);
  });

  test('P7.6 rabbitmq_queue_messages_published_total rises by what the test publishes, and its rate is above 0', async ({
    expect,
    rabbitmq,
  }) => {
    const channel = await rabbitmq.channel();
    const [queue = ''] = nameQueues(run, 'published', 1);
    await declareQueues(channel, [queue]);
    const published = metric('rabbitmq_queue_messages_published_total', { ...RABBITMQ, queue });
    await publish(channel, queue, 10);
    await expect(sum(published)).toHaveValue(10);
    await publish(channel, queue, 15);
    await expect(sum(published)).toHaveValue(25);
    await expect(sum(rate(published, '5m'))).toHaveValueAbove(0);
  });

  observe('P7.7 the memory of the node', async ({ expect }) => {
    await expect(metric('rabbitmq_process_resident_memory_bytes', RABBITMQ)).toHaveValueAtLeast(16 * MEBIBYTE);
  });

  test('P7.8 every series carries both labels, the series budget holds with many queues, what the filter drops stays out, and each scrape arrives, once', async ({
    expect,
    rabbitmq,
    note,
  }) => {
    await declareQueues(await rabbitmq.channel(), MANY_QUEUES);
    await expect(count(metric('rabbitmq_queue_messages', { ...RABBITMQ, queue: MANY_QUEUES_PATTERN }))).toHaveValue(
      MANY_QUEUES.length,
    );
    await expect(series({ job: RABBITMQ.job })).toAllHave({ instance: RABBITMQ.instance });
    await expect(countSeries(RABBITMQ)).toHaveValueAtMost(BUDGET);
    const { problems, fact } = await findUnfiltered(run.rabbitmq?.metricsUrl, OF_THE_VM);
    expect(problems).toHaveNoProblems('Verify with a RabbitMQ that has these series, as all do');
    note(fact);
    await expect(series(`job="${RABBITMQ.job}",__name__=~"${OF_THE_VM.source}"`)).toBeEmpty();
    await expect(await scrapeDelivery(RABBITMQ)).toShow(DELIVERED, isDelivered);
  });

  outage('P7.9 RabbitMQ out of reach: up becomes 0, and 1 again after it is back', async ({ expect, stack }) => {
    await expect(metric('up', RABBITMQ)).toHaveValue(1);
    await stack.takeAway('rabbitmq');
    await expect(samples('up', RABBITMQ)).toShow('is 0 within two scrapes of the loss', turnedTo(0, Date.now()));
    await stack.bringBack('rabbitmq');
    await expect(metric('up', RABBITMQ)).toHaveValue(1);
  });
});
