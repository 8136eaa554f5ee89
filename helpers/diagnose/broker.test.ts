import { expect, test } from 'vitest';
import { startAnsweringServer } from '../clients/testing/answering-server.ts';
import { sampleRun } from '../clients/testing/sample-run.ts';
import { readSamples } from '../clients/text-format.ts';
import { sampleObservation } from '../findings/testing/samples.ts';
import { listShared, listWaiting, readSourceValue } from './broker.ts';

const PAGE = `rabbitmq_queue_consumers{queue="bot.events"} 2
rabbitmq_queue_consumers{queue="alloy-verify.q"} 4
rabbitmq_queue_messages{queue="a"} 5
rabbitmq_queue_messages{queue="b"} 3
`;

test('a queue of the application with several consumers is told, and none of a run', () => {
  expect(listShared(readSamples(PAGE))).toEqual([{ name: 'bot.events', consumers: 2 }]);
});

test('what RabbitMQ itself says is read for the labels that were asked for', async () => {
  await using server = await startAnsweringServer(() => ({ body: PAGE }));
  const login = { host: '127.0.0.1', port: 1, user: 'u', password: 'p' };
  const run = sampleRun({ rabbitmq: { ...login, metricsUrl: `${server.url}/metrics` } });
  const ask = (metric: string, labels: Readonly<Record<string, string>>, source: 'rabbitmq' | 'redis' = 'rabbitmq') =>
    readSourceValue(
      run,
      sampleObservation({
        subject: { kind: 'scraped metric', expression: metric, metric, labels: { job: 'j', ...labels }, source },
        condition: { kind: 'value', is: 'equal', value: 7 },
      }),
    );
  expect(await ask('rabbitmq_queue_messages', { queue: 'a' })).toBe(5);
  expect(await ask('rabbitmq_queue_messages', {})).toBe(8);
  expect(await ask('rabbitmq_queue_messages', { queue: 'c' })).toBeUndefined();
  expect(await ask('up', {})).toBeUndefined();
  expect(await ask('redis_up', {}, 'redis')).toBeUndefined();
});

test('messages that nobody takes are told, but for those that are kept for a person, and those of a run', () => {
  const page = `rabbitmq_queue_messages_ready{queue="bot.events.dead_letters"} 3
rabbitmq_queue_messages_ready{queue="bot.events.parked"} 7
rabbitmq_queue_messages_ready{queue="bot.events"} 1
rabbitmq_queue_messages_ready{queue="empty"} 0
rabbitmq_queue_messages_ready{queue="alloy-verify.q"} 4
rabbitmq_queue_consumers{queue="bot.events"} 1
rabbitmq_queue_consumers{queue="bot.events.dead_letters"} 0
`;
  expect(listWaiting(readSamples(page))).toEqual([{ name: 'bot.events.dead_letters', ready: 3 }]);
});
