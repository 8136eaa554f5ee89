import { readGraph } from '../helpers/clients/alloy-graph.ts';
import { readReceiverCounts } from '../helpers/clients/alloy-metrics.ts';
import { checkConfiguration } from '../helpers/clients/alloy-program.ts';
import { getPage } from '../helpers/clients/page.ts';
import { sendCounted } from '../helpers/emit/counted-telemetry.ts';
import { sendGrpc } from '../helpers/emit/otlp-grpc.ts';
import { post, sendEveryWay, sendHttp } from '../helpers/emit/otlp-http.ts';
import { gauges, logs, newSpan, resource, traces } from '../helpers/emit/telemetry.ts';
import { observe, phase, test } from '../helpers/expect/criterion.ts';
import { countedDelivery, DELIVERED, isDelivered, readLossBefore } from '../helpers/expect/delivery.ts';
import { run } from '../helpers/expect/run.ts';
import { logql, otlpMetric, trace, traceql } from '../helpers/expect/telemetry.ts';
import { countVariables, judgeVariables } from '../helpers/expect/variables.ts';

const SERVICE = 'alloy-verify';
const from = resource(SERVICE, run.id);
const { alloy } = run;

phase('Phase 1: Alloy connection', { needs: [], inOrder: true }, () => {
  observe('P1.1 every GRAFANA_CLOUD_* variable is set and well-formed', async ({ expect, note }) => {
    const { problems, fix, about } = judgeVariables();
    expect(problems).toHaveNoProblems(fix, about);
    note(countVariables());
  });

  observe('P1.2 config.alloy is valid and formatted', async ({ expect, note, skip }) => {
    const [validate, format] = await Promise.all([
      checkConfiguration(alloy, 'validate', skip),
      checkConfiguration(alloy, 'fmt', skip),
    ]);
    expect(validate.problems).toHaveNoProblems('Correct the configuration where the error points');
    expect(format.problems).toHaveNoProblems(`Write it as alloy fmt does: ${format.command} --write ${alloy.config}`);
    note(`${validate.name} accepts ${alloy.config}, and ${format.name} changes nothing`);
  });

  observe('P1.3 Alloy starts: ready, and every component is healthy', async ({ expect, note }) => {
    await expect.poll(async () => (await getPage(`${alloy.url}/-/ready`)).status, { timeout: 10_000 }).toBe(200);
    expect(await getPage(`${alloy.url}/-/healthy`)).toMatchObject({ status: 200 });
    const components = (await readGraph(alloy)).map(({ id, state, message }) => ({ id, state, message }));
    expect(components.filter(({ state }) => state !== 'healthy')).toEqual([]);
    note(`ready, and all of its ${components.length} components are healthy`);
  });

  observe('P1.4 Alloy accepts OTLP/gRPC on 4317', async ({ expect, note }) => {
    const answer = await sendGrpc(alloy.otlpGrpc, { traces: traces(from, [newSpan({ name: 'P1.4' })]) });
    expect(answer.partialSuccess?.rejected ?? 0n).toBe(0n);
    note(`an export over gRPC to ${alloy.otlpGrpc} was answered OK, with nothing rejected`);
  });

  observe('P1.5 Alloy accepts OTLP/HTTP on 4318, as JSON and as protobuf, plain and gzip', async ({ expect, note }) => {
    const answers = await sendEveryWay(alloy.otlpHttp, { traces: traces(from, [newSpan({ name: 'P1.5' })]) });
    expect(answers).toEqual([
      { encoding: 'json', rejected: 0n },
      { encoding: 'json, gzip', rejected: 0n },
      { encoding: 'protobuf', rejected: 0n },
      { encoding: 'protobuf, gzip', rejected: 0n },
    ]);
    note(`${alloy.otlpHttp} answered 200 with an empty partialSuccess to JSON and protobuf, plain and gzip`);
  });

  test('P1.6 Alloy says it accepted exactly what was sent, and refused nothing', async ({ expect, note }) => {
    const before = await readReceiverCounts(alloy, 'grpc');
    await sendGrpc(alloy.otlpGrpc, {
      traces: traces(
        from,
        ['a', 'b', 'c'].map((name) => newSpan({ name })),
      ),
    });
    await sendGrpc(alloy.otlpGrpc, { metrics: gauges(from, 'alloy.verify.counted', [1, 2, 3, 4]) });
    await sendGrpc(alloy.otlpGrpc, { logs: logs(from, ['1', '2', '3', '4', '5']) });
    await expect
      .poll(() => readReceiverCounts(alloy, 'grpc'), { timeout: 10_000 })
      .toEqual({
        accepted: {
          spans: before.accepted.spans + 3,
          metric_points: before.accepted.metric_points + 4,
          log_records: before.accepted.log_records + 5,
        },
        refused: before.refused,
      });
    note(
      'otelcol_receiver_accepted_* rose by the 3 spans, 4 metric points and 5 log records sent, otelcol_receiver_refused_* by none',
    );
  });

  observe('P1.7 the test trace arrives: service, span name, attribute, child, all as sent', async ({ expect }) => {
    const span = newSpan({ name: 'test-span', attributes: { 'test.attribute': 'hello-grafana-cloud' } });
    const child = newSpan({ name: 'test-child', parent: span });
    await sendHttp(alloy.otlpHttp, { traces: traces(from, [span, child]) }, { format: 'json' });
    await expect(trace(span)).toHaveSpan({
      name: 'test-span',
      service: SERVICE,
      attributes: { 'test.attribute': 'hello-grafana-cloud' },
      children: [{ name: 'test-child' }],
    });
  });

  // A hosted search lags by half a minute: P1.7 proves the delivery to a smoke check, which has to be fast.
  test('P1.8 the trace is found by service name and by attribute', async ({ expect }) => {
    const span = newSpan({ name: 'searched-span', attributes: { 'test.attribute': `searched ${run.id}` } });
    await sendHttp(alloy.otlpHttp, { traces: traces(from, [span]) }, { format: 'protobuf' });
    await expect(
      traceql(
        `{resource.service.name="${SERVICE}" && resource.service.instance.id="${run.id}" && name="searched-span"}`,
        { isOwn: true },
      ),
    ).toFind(span.traceId);
    await expect(traceql(`{span.test.attribute="searched ${run.id}"}`, { isOwn: true })).toFind(span.traceId);
  });

  observe('P1.9 the test metric and the test log arrive too', async ({ expect }) => {
    await sendHttp(
      alloy.otlpHttp,
      { metrics: gauges(from, 'alloy.verify.test', [42.5]) },
      { format: 'protobuf', gzip: true },
    );
    await sendHttp(alloy.otlpHttp, { logs: logs(from, [`the log of ${run.id}`]) }, { format: 'json', gzip: true });
    // No other criterion waits for a log that it has just sent, and so none measures how long one takes.
    const own = logql(`{service_name="${SERVICE}"} |= "${run.id}"`, { isOwn: true });
    await expect(own).toHaveLine(`the log of ${run.id}`);
    await expect(otlpMetric('alloy_verify_test', SERVICE)).toHaveValue(42.5);
  });

  test('P1.10 nothing was dropped on the way out: of each signal, what was emitted has arrived, and none of it twice', async ({
    expect,
  }) => {
    const before = await readLossBefore();
    // One that is lost in ten shows. Grafana Cloud is paid by the span, and its batches take ten seconds each.
    const exports = run.backend === 'cloud' ? 3 : 10;
    const sent = await sendCounted(alloy.otlpHttp, from, { mark: run.id, exports, pause: run.intervals.otlpBatch });
    await expect(countedDelivery(sent, SERVICE, before)).toShow(DELIVERED, isDelivered);
  });

  test('P1.11 bad input is refused and loses nothing', async ({ expect, note }) => {
    // What refuses everything proves nothing about bad input.
    await sendHttp(
      alloy.otlpHttp,
      { traces: traces(from, [newSpan({ name: 'before-bad-input' })]) },
      { format: 'json' },
    );
    const json = { 'content-type': 'application/json' };
    const url = `${alloy.otlpHttp}/v1/traces`;
    expect(await post(url, '{"resourceSpans":[{', json), 'malformed JSON').toMatchObject({ status: 400 });
    expect(await post(url, 'x', { 'content-type': 'text/plain' }), 'a wrong type').toMatchObject({ status: 415 });
    expect(await getPage(url), 'GET').toMatchObject({ status: 405 });
    expect(
      await post(url, Buffer.from([0x0a, 0x50, 0x0a]), { 'content-type': 'application/x-protobuf' }),
      'truncated protobuf',
    ).toMatchObject({ status: 400 });
    note('malformed JSON got 400, a wrong type 415, GET 405, truncated protobuf 400');
    const span = newSpan({ name: 'after-bad-input' });
    await sendHttp(alloy.otlpHttp, { traces: traces(from, [span]) }, { format: 'json' });
    await expect(trace(span)).toHaveSpan({ name: 'after-bad-input', service: SERVICE });
  });
});
