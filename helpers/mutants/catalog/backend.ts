/** What is wrong between Alloy and the backend, or with the backend. */
import type { Fault, Signal } from '../faulty-gateway.ts';
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

export const backend: readonly Mutant[] = [...refusals, ...losses, ...connections];
