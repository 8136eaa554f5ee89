/** What is wrong between Alloy and the backend, or with the backend. */
import type { Signal } from '../alter-export.ts';
import type { Fault } from '../faulty-gateway.ts';
import type { Mutant } from '../mutant.ts';
import { all, DELIVERY, mutant } from './entry.ts';

const PROM_PHASE = 'phase3';

/** The answers of Grafana Cloud, by status: what it means, and its text. */
const REFUSALS: readonly (readonly [status: number, what: string, message: string])[] = [
  [400, 'as malformed', 'bad request'],
  [401, 'the login', '{"status":"error","error":"authentication error: invalid token"}'],
  [403, 'the scope of the token', '{"status":"error","error":"authentication error: invalid scope requested"}'],
  [404, 'the path', '404 page not found'],
  [413, 'as too large', 'request entity too large'],
  [429, 'as too much', 'the request has been rejected because the tenant exceeded the ingestion rate limit'],
  [500, 'with a fault of its own', 'internal error'],
  [503, 'as overloaded', 'no healthy upstream'],
];

const SIGNALS: readonly (readonly [letter: string, signal: Signal, run: string, where: string])[] = [
  ['t', 'traces', DELIVERY, 'trace|OTLP'],
  ['m', 'metrics', DELIVERY, 'metric|OTLP'],
  ['l', 'logs', DELIVERY, 'log|OTLP'],
  ['s', 'samples', PROM_PHASE, 'remote.write|samples'],
];

const refusals = REFUSALS.flatMap(([status, what, message]) =>
  SIGNALS.map(([letter, signal, run, where]) => {
    const id = status === 429 && signal === 'traces' ? 'm01' : `m${status}${letter}`;
    return mutant(
      id,
      `the backend refuses ${signal} ${what}: ${status}`,
      { backend: { answer: status, message, signals: [signal] } },
      run,
      {
        cause: all(String(status), where),
        vague: new RegExp(String(status)),
      },
    );
  }),
);

function fault(id: string, title: string, effect: Fault, run: string, ...words: readonly string[]): Mutant {
  return mutant(id, title, { backend: effect }, run, { cause: all(...words) });
}

const TAKEN = 'took|taken|accepted|200|delivered|sent';
const ABSENT = 'holds none|does not have|is not there|has none|lost|discard|nothing of it|arrive';

const losses: readonly Mutant[] = [
  fault(
    'm05',
    'the backend takes traces and stores none',
    { does: 'discard', signals: ['traces'] },
    DELIVERY,
    'trace|span',
    TAKEN,
    ABSENT,
  ),
  fault(
    'm11',
    'the backend takes metrics and stores none',
    { does: 'discard', signals: ['metrics'] },
    DELIVERY,
    'metric',
    TAKEN,
    ABSENT,
  ),
  fault(
    'm12',
    'the backend takes logs and stores none',
    { does: 'discard', signals: ['logs'] },
    DELIVERY,
    'log',
    TAKEN,
    ABSENT,
  ),
  fault(
    'm13',
    'the backend takes samples and stores none',
    { does: 'discard', signals: ['samples'] },
    PROM_PHASE,
    'sample|remote.write',
    TAKEN,
    ABSENT,
  ),
  fault(
    'm06',
    'the backend loses one export of traces in three',
    { does: 'discard', signals: ['traces'], every: 3 },
    DELIVERY,
    '\\d+ of \\d+|lost',
    'span|trace',
  ),
  fault(
    'm14',
    'the backend loses one export of logs in two',
    { does: 'discard', signals: ['logs'], every: 2 },
    DELIVERY,
    '\\d+ of \\d+|lost',
    'log',
  ),
  fault(
    'm15',
    'the way to the backend passes traces on twice',
    { does: 'duplicate', signals: ['traces'] },
    DELIVERY,
    'twice|duplicate|more than',
    'span|trace',
  ),
  fault(
    'm16',
    'the way to the backend passes logs on twice',
    { does: 'duplicate', signals: ['logs'] },
    DELIVERY,
    'twice|duplicate|more than',
    'log',
  ),
  fault(
    'm17',
    'the backend rejects a span of each export (partial success)',
    { rejects: 1, signals: ['traces'] },
    DELIVERY,
    'partial|reject',
    'span|trace|OTLP',
  ),
  fault(
    'm18',
    'the backend rejects metric points (partial success)',
    { rejects: 1, signals: ['metrics'] },
    DELIVERY,
    'partial|reject',
    'metric|OTLP',
  ),
  fault(
    'm19',
    'the backend rejects log records (partial success)',
    { rejects: 1, signals: ['logs'] },
    DELIVERY,
    'partial|reject',
    'log|OTLP',
  ),
];

const connections: readonly Mutant[] = [
  fault(
    'm20',
    'the backend closes each connection of OTLP',
    { does: 'cut', signals: ['traces', 'metrics', 'logs'] },
    DELIVERY,
    'OTLP|otlphttp',
    'EOF|closed|reset|hang up',
  ),
  fault(
    'm21',
    'the backend closes each connection of remote write',
    { does: 'cut', signals: ['samples'] },
    PROM_PHASE,
    'remote.write',
    'EOF|closed|reset|hang up',
  ),
  fault(
    'm22',
    'the backend answers traces after two minutes',
    { delayMs: 120_000, signals: ['traces'] },
    DELIVERY,
    'OTLP|otlphttp|traces',
    'slow|timeout|no answer|deadline',
  ),
  fault(
    'm23',
    'the backend answers samples after two minutes',
    { delayMs: 120_000, signals: ['samples'] },
    PROM_PHASE,
    'remote.write|samples',
    'slow|timeout|no answer|deadline',
  ),
  fault(
    'm24',
    'a page to log in to a proxy answers all exports with 302',
    { answer: 302, headers: { location: 'http://proxy.invalid/login' } },
    DELIVERY,
    '302|redirect|proxy\\.invalid',
  ),
  fault(
    'm25',
    'everything is refused with 401',
    { answer: 401, message: '{"status":"error","error":"authentication error: invalid token"}' },
    DELIVERY,
    '401',
    'GRAFANA_CLOUD_OTLP_INSTANCE_ID|GRAFANA_CLOUD_API_KEY',
  ),
  fault('m26', 'everything is refused with 429', { answer: 429, message: 'ingestion rate limit' }, DELIVERY, '429'),
  fault(
    'm27',
    'traces of the API are refused with 429',
    { answer: 429, message: 'ingestion rate limit', signals: ['traces'] },
    'P4.2 P4.3 P4.4 P4.9',
    '429',
    'trace|OTLP',
  ),
];

const PAGE = '<!doctype html><html><body>Log in to the proxy</body></html>';
const MIMIR_ORDER =
  'failed pushing to ingester: the sample has been rejected because another sample with a more recent timestamp has already been ingested and out-of-order samples are not allowed (err-mimir-sample-out-of-order). The affected sample has timestamp 2026-11-26T00:00:00Z and is from series up';

/** What a person meets who has a proxy, two Alloys, or a gateway of their own between Alloy and the backend. */
const inBetween: readonly Mutant[] = [
  fault(
    'm30',
    'a proxy answers traces with 200 and a web page',
    { answer: 200, message: PAGE, headers: { 'content-type': 'text/html' }, signals: ['traces'] },
    DELIVERY,
    'span',
    'holds none',
    'web page',
    'GRAFANA_CLOUD_OTLP_ENDPOINT',
  ),
  fault(
    'm31',
    'a proxy answers samples with 200 and a web page',
    { answer: 200, message: PAGE, headers: { 'content-type': 'text/html' }, signals: ['samples'] },
    PROM_PHASE,
    'samples',
    'holds none',
    'GRAFANA_CLOUD_PROMETHEUS_ENDPOINT|/api/prom/push',
  ),
  fault(
    'm32',
    'what answers logs calls it protobuf, and it is none',
    {
      answer: 200,
      message: '\u0007not protobuf',
      headers: { 'content-type': 'application/x-protobuf' },
      signals: ['logs'],
    },
    DELIVERY,
    'not an OTLP gateway|no OTLP',
    'pars|protobuf',
    'otlphttp',
  ),
  fault(
    'm33',
    'one export of traces in five is refused with 403',
    { answer: 403, message: 'permission denied', signals: ['traces'], every: 5 },
    DELIVERY,
    '403',
    'trace',
    'traces:write',
  ),
  fault(
    'm34',
    'one export of logs in five is refused with 400',
    { answer: 400, message: 'entry too far behind', signals: ['logs'], every: 5 },
    DELIVERY,
    '400',
    'log',
  ),
  fault(
    'm35',
    'samples are refused as out of order: two Alloys write the same series',
    { answer: 400, message: MIMIR_ORDER, signals: ['samples'] },
    PROM_PHASE,
    '400',
    'out.of.order',
    'external_labels',
  ),
  fault(
    'm36',
    'samples are refused for their labels: 422',
    { answer: 422, message: 'label value too long (err-mimir-label-value-too-long)', signals: ['samples'] },
    PROM_PHASE,
    '422',
    'label',
    'write_relabel_config|prometheus.relabel',
  ),
  fault(
    'm37',
    'one push of samples in two is lost',
    { does: 'discard', signals: ['samples'], every: 2 },
    PROM_PHASE,
    '\\d+ of \\d+',
    'samples',
    'lost',
  ),
  fault(
    'm38',
    'the way to the backend passes samples on twice',
    { does: 'duplicate', signals: ['samples'] },
    PROM_PHASE,
    'twice',
    'samples',
    'remote_write',
  ),
  fault(
    'm39',
    'the way to the backend passes metrics on twice',
    { does: 'duplicate', signals: ['metrics'] },
    DELIVERY,
    'twice',
    'data points',
    'otlphttp',
  ),
  fault(
    'm40',
    'a gateway stores the spans without their parents',
    { strips: 'parents', signals: ['traces'] },
    DELIVERY,
    'span',
    'parent',
    'otlphttp',
  ),
  fault(
    'm41',
    'a gateway drops the attributes of spans',
    { strips: 'attributes', signals: ['traces'] },
    DELIVERY,
    'span',
    'attribute',
    'otlphttp',
  ),
  fault(
    'm42',
    'a gateway shifts the times of log records by half an hour',
    { shiftMs: -1_800_000, signals: ['logs'] },
    DELIVERY,
    'log records',
    'another time',
    'otlphttp',
  ),
  fault(
    'm43',
    'a gateway loses every second log record',
    { losesOneIn: 2, signals: ['logs'] },
    DELIVERY,
    '\\d+ of \\d+ log records',
    'lost',
  ),
  fault(
    'm44',
    'a gateway strips the label instance of what is scraped',
    { strips: { label: 'instance' }, signals: ['samples'] },
    PROM_PHASE,
    'instance',
    'behind prometheus.remote_write',
  ),
  fault(
    'm45',
    'a proxy in front of OTLP answers 502',
    { answer: 502, message: 'bad gateway', signals: ['traces', 'metrics', 'logs'] },
    DELIVERY,
    '502',
    'proxy or load balancer',
  ),
  fault(
    'm46',
    'a proxy wants a login for remote write: 407',
    { answer: 407, message: 'proxy authentication required', signals: ['samples'] },
    PROM_PHASE,
    '407',
    'HTTPS_PROXY|NO_PROXY',
  ),
  fault(
    'm47',
    'one export of traces of the API in two is lost',
    { does: 'discard', signals: ['traces'], every: 2 },
    'P4.2 P4.9',
    '\\d+ of \\d+ spans',
    'lost',
  ),
  fault(
    'm48',
    'logs of the API are taken and not stored',
    { does: 'discard', signals: ['logs'] },
    'P4.2 P4.9',
    'log records',
    'holds none',
  ),
  fault(
    'm52',
    'the backend answers remote write with 429, and wants to be asked again in half a minute',
    { answer: 429, message: 'ingestion rate limit', headers: { 'retry-after': '30' }, signals: ['samples'] },
    PROM_PHASE,
    '429',
    'Retry-After|rate limit',
  ),
  fault(
    'm49',
    'a page to log in to a proxy answers remote write with 302',
    { answer: 302, headers: { location: 'http://proxy.invalid/login' }, signals: ['samples'] },
    PROM_PHASE,
    '302|redirect|proxy\\.invalid',
    'GRAFANA_CLOUD_PROMETHEUS_ENDPOINT',
  ),
  fault(
    'm50',
    'a proxy removes the login of exports',
    { does: 'strip login', signals: ['traces', 'metrics', 'logs'] },
    DELIVERY,
    '401',
    'Authorization',
    'on the way|proxy',
  ),
  fault(
    'm51',
    'a proxy removes the login of remote write',
    { does: 'strip login', signals: ['samples'] },
    PROM_PHASE,
    '401',
    'Authorization',
    'on the way|proxy',
  ),
];

export const backend: readonly Mutant[] = [...refusals, ...losses, ...connections, ...inBetween];
