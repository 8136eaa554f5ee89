import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { type Span, TracesData } from '../../../otlp/schema.ts';
import { decodeBatch, encodeBatch, joinBatches, readProtobufBatch, splitBatch } from '../../pipeline/otlp/batch.ts';
import type { OtelcolConsumer, OtlpBatch } from '../../schema/capsules.ts';
import {
  buildArguments,
  type ComponentFixture,
  createFixture,
  type PartialArguments,
} from '../../testing/component-fixture.ts';
import { type BatchProcessorArgs, batchProcessorBlock } from './block.ts';
import { createBatchProcessor } from './processor.ts';

const wire = (name: string): Buffer =>
  readFileSync(new URL(`../../../../fixtures/captures/wire/${name}`, import.meta.url));

function spans(count: number, firstName = 0): OtlpBatch {
  const [template] = TracesData.decode(wire('sdk-traces.pb')).resourceSpans.flatMap((r) =>
    r.scopeSpans.flatMap((s) => s.spans),
  );
  if (template === undefined) {
    throw new Error('the capture has no span');
  }
  const made: Span[] = Array.from({ length: count }, (_, index) => ({
    ...template,
    name: `span ${firstName + index}`,
  }));
  return encodeBatch('traces', {
    resourceSpans: [
      {
        schemaUrl: '',
        resource: { attributes: [{ key: 'service.name', value: { stringValue: 'x' } }], droppedAttributesCount: 0 },
        scopeSpans: [{ schemaUrl: '', spans: made }],
      },
    ],
  });
}

type Running = {
  readonly fixture: ComponentFixture;
  readonly sent: OtlpBatch[];
  readonly input: OtelcolConsumer;
  readonly received: (count: number) => Promise<void>;
  readonly stop: () => Promise<void>;
};

async function startProcessor(written: PartialArguments<BatchProcessorArgs>): Promise<Running> {
  const fixture = createFixture('otelcol.processor.batch.default');
  const sent: OtlpBatch[] = [];
  let wake = (): void => {};
  const take = async (batch: OtlpBatch): Promise<void> => {
    sent.push(batch);
    wake();
  };
  const args = buildArguments(batchProcessorBlock, { output: { traces: [take], metrics: [take] }, ...written });
  const instance = createBatchProcessor(args, fixture);
  await instance.start();
  const { input } = instance.exports as { input: { consumer: OtelcolConsumer } };
  return {
    fixture,
    sent,
    input: input.consumer,
    received: async (count) => {
      while (sent.length < count) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    },
    stop: async () => {
      await instance.stop(1_000);
    },
  };
}

const names = (batch: OtlpBatch): string[] =>
  decodeBatch('traces', batch).resourceSpans.flatMap((r) =>
    r.scopeSpans.flatMap((s) => s.spans.map((span) => span.name)),
  );

describe('otelcol.processor.batch', () => {
  test('joins what arrives within its timeout, in order, and counts the trigger', async () => {
    const running = await startProcessor({ timeout: 50 });
    await running.input(spans(2));
    await running.input(spans(3, 2));
    await running.received(1);
    expect(running.sent.map(names)).toEqual([['span 0', 'span 1', 'span 2', 'span 3', 'span 4']]);
    expect(await running.fixture.metric('otelcol_processor_batch_timeout_trigger_send_total')).toBe(1);
    await running.stop();
  });

  test('sends as soon as send_batch_size is reached, and never more than send_batch_max_size at once', async () => {
    const running = await startProcessor({ timeout: 600_000, send_batch_size: 10, send_batch_max_size: 12 });
    await running.input(spans(9));
    expect(running.sent).toEqual([]);
    await running.input(spans(30, 9));
    const sizes = running.sent.map((batch) => batch.items);
    expect(sizes.every((size) => size <= 12)).toBe(true);
    expect(await running.fixture.metric('otelcol_processor_batch_batch_size_trigger_send_total')).toBe(sizes.length);
    await running.stop();
    expect(running.sent.flatMap(names)).toEqual(Array.from({ length: 39 }, (_, index) => `span ${index}`));
  });

  test('does not wait when its timeout is zero', async () => {
    const running = await startProcessor({ timeout: 0 });
    await running.input(spans(1));
    expect(running.sent.map((batch) => batch.items)).toEqual([1]);
    await running.stop();
  });

  test('sends everything it holds before it stops, and keeps the signals apart', async () => {
    const running = await startProcessor({ timeout: 600_000 });
    await running.input(spans(1));
    await running.input(readProtobufBatch('metrics', wire('sdk-metrics.pb')));
    await running.stop();
    expect(running.sent.map((batch) => batch.signal).sort()).toEqual(['metrics', 'traces']);
  });

  test('drops what the next component refuses, and logs it', async () => {
    const fixture = createFixture('otelcol.processor.batch.default');
    const refuse = async (): Promise<void> => {
      throw new Error('sending queue is full');
    };
    const instance = createBatchProcessor(
      buildArguments(batchProcessorBlock, { timeout: 0, output: { traces: [refuse] } }),
      fixture,
    );
    await instance.start();
    const { input } = instance.exports as { input: { consumer: OtelcolConsumer } };
    await input.consumer(spans(1));
    expect(fixture.lines).toEqual([
      { level: 'warn', message: 'Sender failed', fields: { error: 'sending queue is full' } },
    ]);
    await instance.stop(100);
  });
});

describe('splitting a batch', () => {
  test.each(['traces', 'metrics', 'logs'] as const)('of captured %s loses no item', (signal) => {
    const whole = readProtobufBatch(signal, wire(`sdk-${signal}.pb`));
    const parts = splitBatch(whole, 1);
    expect(parts.map((part) => part.items)).toEqual(Array.from({ length: whole.items }, () => 1));
    expect(joinBatches(parts).items).toBe(whole.items);
    expect(readProtobufBatch(signal, joinBatches(parts).body).items).toBe(whole.items);
  });

  test('keeps the resource of every item', () => {
    for (const part of splitBatch(spans(5), 2)) {
      expect(decodeBatch('traces', part).resourceSpans[0]?.resource?.attributes[0]?.value).toEqual({
        stringValue: 'x',
      });
    }
  });
});
