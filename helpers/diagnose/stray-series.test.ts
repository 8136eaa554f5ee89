import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { sampleRun } from '../clients/testing/sample-run.ts';
import type { Condition } from '../findings/evidence.ts';
import { findStop } from '../flow/stops.ts';
import { change, text, texts } from '../flow/testing/recorded-flow.ts';
import { findStray } from './stray-series.ts';
import { delivering } from './testing/symptoms.ts';

const RABBITMQ = { job: 'integrations/rabbitmq', instance: 'rabbitmq' };
const server = createServer((_, answer) => {
  answer.end('# TYPE rabbitmq_queue_messages gauge\nrabbitmq_queue_messages{queue="a"} 1\nrabbitmq_up 1\n');
});
beforeAll(() => new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve)));
afterAll(() => void server.close());

const condition: Condition = { kind: 'labels', labels: { instance: 'rabbitmq' } };
const ask = (regex: string, asked: Condition = condition) => {
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/metrics`;
  const scraped = change(delivering(), 'prometheus.scrape.rabbitmq', {
    targets: [{ url, labels: RABBITMQ, error: '', isScraped: true }],
  });
  const flow = change(scraped, 'prometheus.relabel.rabbitmq', {
    settings: [
      { name: 'rule', body: [texts('source_labels', 'queue'), text('regex', regex), text('target_label', 'instance')] },
    ],
  });
  const stop = findStop(flow, { kind: 'series', selector: '{job="integrations/rabbitmq",instance="rabbitmq"}' });
  return stop && findStray(sampleRun(), stop, asked);
};

test('a series that a rule gives another label is told with the rule', async () => {
  expect(await ask('(a)')).toMatchObject({ at: 'relabelled', label: 'instance', from: 'rabbitmq', to: 'a' });
});

test('a rule that applies to none, and another question, tell nothing', async () => {
  expect(await ask('(b)')).toBeUndefined();
  expect(await ask('(a)', { kind: 'empty' })).toBeUndefined();
});
