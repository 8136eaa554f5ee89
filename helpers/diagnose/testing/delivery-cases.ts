import type { Arrival, Items } from '../../findings/evidence.ts';
import { change, count, workingFlow } from '../../flow/testing/recorded-flow.ts';
import { newTraceId } from '../../otlp/ids.ts';
import { parseLog } from '../alloy-log.ts';
import {
  accepting,
  asked,
  BATCH,
  type Cases,
  delivering,
  droppedSpans,
  EXPORTER,
  exportLine,
  keptSpans,
  logs,
  RECEIVER,
  REDIS,
  trace,
  WRITE,
} from './symptoms.ts';

const BOUND = 10_400;
const OTHER_TRACES = { kind: 'other traces', count: 1, example: 'abc' } as const;

/** A delivery that was counted; what is not changed has arrived. */
function counted(changes: Partial<Record<Items, Partial<Arrival>>>, services?: readonly string[]) {
  const all = { emitted: 20, arrived: 20, twice: 0, refused: 0, failed: 0, ms: 200 };
  const of = (items: Items) => ({ [items]: { ...all, ...changes[items] } });
  const signals = { ...of('spans'), ...of('metric_points'), ...of('log_records') };
  const subject = { kind: 'delivery', ...(services && { services }) } as const;
  return asked({ path: 'otlp', subject, seen: { kind: 'delivery', bound: BOUND, signals } });
}

/** The same of scrapes. */
function scraped(changes: Partial<Arrival>) {
  const samples = { emitted: 10, arrived: 10, twice: 0, ...changes };
  const seen = { kind: 'delivery', bound: BOUND, signals: { samples } } as const;
  return asked({ subject: { kind: 'delivery', labels: REDIS }, seen });
}

/** A question about a trace that the run itself has sent. */
function own(changes: Parameters<typeof asked>[0]) {
  const subject = { kind: 'trace', traceId: newTraceId(), isOwn: true } as const;
  return asked({ path: 'otlp', subject, seen: { kind: 'spans', names: [] }, ...changes });
}

const lost = counted({ spans: { arrived: 14 } });
const twice = counted({ log_records: { twice: 20 } });
const changed = counted({ spans: { changed: { count: 9, in: ['parent'] } } });

/** As the exporter of Alloy 1.18 logs it (opentelemetry-collector, otlphttpexporter). */
const partial = (items: string, ts = '2026-11-26T00:00:11Z') =>
  parseLog(
    `ts=${ts} level=warn msg="Partial success response" component_path=/ component_id=${EXPORTER} message="too long" ${items}=2`,
  );

const otherProcessor = {
  ...delivering(),
  components: delivering().components.map((one) => {
    return one.id === BATCH ? { ...one, name: 'otelcol.processor.transform' } : one;
  }),
};

/** Rules about what becomes of telemetry behind Alloy. */
export const deliveryCases: Cases = {
  'partial success': {
    speaks: { ...trace, alloyLog: [...partial('dropped_spans'), ...partial('dropped_spans')] },
    finds: { signal: 'traces', count: 4, message: 'too long', place: { component: EXPORTER } },
    silent: {
      'it rejects another signal': { ...logs, alloyLog: partial('dropped_spans') },
      'it only remarks something': { ...trace, alloyLog: partial('message') },
      'all of the signal has arrived': { ...lost, alloyLog: partial('dropped_log_records') },
      'the exporter sends nothing at all': { ...trace, flow: keptSpans, alloyLog: partial('dropped_spans') },
    },
  },
  'no OTLP response': {
    speaks: {
      ...trace,
      flow: droppedSpans,
      alloyLog: exportLine('x').map((one) => ({
        ...one,
        error: 'not retryable error: Permanent error: error parsing protobuf response: unexpected EOF',
      })),
    },
    finds: { reason: 'error parsing protobuf response: unexpected EOF', place: { setting: 'endpoint' } },
    silent: {
      'it answers an error': { ...trace, flow: droppedSpans, alloyLog: exportLine(500) },
      'it gives no answer': { ...trace, flow: keptSpans, alloyLog: exportLine('EOF') },
    },
  },
  'backend holds none': {
    speaks: {
      ...trace,
      absences: [{ items: 'spans', sent: 25 }],
      directAnswers: {
        traces: { endpoint: 'http://127.0.0.1:9/otlp', status: 200, message: '', isWebPage: true },
        logs: { endpoint: 'http://127.0.0.1:9/otlp', status: 200, message: '', isWebPage: false },
      },
    },
    finds: {
      items: 'spans',
      sent: 25,
      place: { component: EXPORTER, setting: 'endpoint' },
      asked: { service: 'tempo' },
      stranger: 'web page',
    },
    silent: {
      'nobody has looked, or something is there': { ...trace, absences: [] },
      'the pipeline is not known': { ...trace, flow: undefined, absences: [{ items: 'spans', sent: 25 }] },
      'some of those that were counted are there': { ...lost, absences: [{ items: 'spans', sent: 25 }] },
      'other traces of the run are there': {
        ...asked({ path: 'otlp', subject: { kind: 'traces', query: '{}' }, nearest: OTHER_TRACES }),
        absences: [{ items: 'spans', sent: 25 }],
      },
    },
  },
  'items lost': {
    speaks: lost,
    finds: { items: 'spans', emitted: 20, arrived: 14, place: { component: EXPORTER }, asked: { service: 'tempo' } },
    silent: {
      'all has arrived': counted({}),
      'Alloy itself has given some up': counted({ spans: { arrived: 14, failed: 6 } }),
      'Alloy still has them': {
        ...lost,
        flow: accepting({
          [RECEIVER]: { otelcol_receiver_accepted_spans_total: 20 },
          [EXPORTER]: { otelcol_exporter_sent_spans_total: 14 },
        }),
      },
      'its exporter waits': { ...lost, flow: keptSpans },
      'no line of a service has the trace ID': counted({ log_records: { arrived: 0 } }, ['api-service']),
      'scrapes have arrived': scraped({}),
    },
  },
  'items twice': {
    speaks: twice,
    finds: { items: 'log_records', emitted: 20, twice: 20, isSentTwice: false, places: [{ component: EXPORTER }] },
    silent: { 'each arrived once': lost },
  },
  'items changed': {
    speaks: changed,
    finds: { items: 'spans', count: 9, in: ['parent'], place: { component: EXPORTER }, between: [] },
    silent: { 'they arrive as they were sent': twice },
  },
  'own lost': {
    speaks: own({ seen: { kind: 'spans', names: [] } }),
    finds: { items: 'spans', sent: 5, place: { component: EXPORTER }, asked: { service: 'tempo' } },
    silent: {
      'a service should have sent it': trace,
      'it is there': own({ seen: { kind: 'spans', names: ['a'] } }),
      'Alloy has not sent all': {
        ...own({}),
        flow: accepting({ [EXPORTER]: { otelcol_exporter_sent_spans_total: 4 } }),
      },
      'a search finds nothing': own({ subject: { kind: 'traces', query: '{}', isOwn: true } }),
    },
  },
  'own changed': {
    speaks: own({ seen: { kind: 'spans', names: ['a', 'b'], missing: ['attribute x'] } }),
    finds: { missing: ['attribute x'], place: { component: EXPORTER }, between: [] },
    silent: {
      'it is not there': own({ seen: { kind: 'spans', names: [] } }),
      'another span of its trace is there': own({ seen: { kind: 'spans', names: ['b'] } }),
      'it is that of a service': { ...trace, ...asked({ seen: { kind: 'spans', names: ['a'], missing: ['kind'] } }) },
    },
  },
  'items late': {
    speaks: counted({ spans: { ms: 14_200 } }),
    finds: { items: 'spans', ms: 14_200, bound: BOUND, place: { component: EXPORTER } },
    silent: { 'they come in time': counted({}), 'they do not come at all': counted({ spans: { arrived: 0, ms: 0 } }) },
  },
};

/** What else these rules find, by what was seen and by the pipeline. */
export const deliveryDetails = {
  lostScrapes: { ...scraped({ arrived: 5 }), finds: { items: 'samples', arrived: 5, place: { component: WRITE } } },
  doubledScrapes: { ...scraped({ twice: 10 }), finds: { items: 'samples', twice: 10, places: [{ component: WRITE }] } },
  sentTwice: {
    ...counted({ spans: { twice: 20 } }),
    flow: count(workingFlow(), {
      [RECEIVER]: { otelcol_receiver_accepted_spans_total: 20 },
      [EXPORTER]: { otelcol_exporter_sent_spans_total: 40 },
    }),
    finds: { isSentTwice: true },
  },
  changedByAlloy: { ...changed, flow: change(otherProcessor, BATCH, {}), finds: { between: [{ component: BATCH }] } },
};
