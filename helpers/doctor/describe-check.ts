import type { Unanswered } from '../run/cloud-problem.ts';
import type { Row } from '../setup/inventory.mjs';
import type { CloudCheck, ProbeResult } from './cloud-check.ts';

const SERVICES = { OTLP: 'OTLP gateway', PROMETHEUS: 'Prometheus', LOKI: 'Loki', TEMPO: 'Tempo' } as const;
const REASONS: Readonly<Record<Unanswered['kind'], string>> = {
  'unknown host': 'its name is not known',
  'refused connection': 'nothing listens there',
  timeout: 'no answer in time',
  'untrusted certificate': 'its certificate is not trusted',
  'wrong certificate': 'its certificate is not valid',
  'proxy login': 'a proxy wants a login',
  'proxy refuses': 'a proxy refuses',
  other: 'no answer',
};
const TOKENS = {
  'service account': 'that of a service account (glsa_…)',
  'legacy API key': 'an API key of the retired kind (eyJ…)',
  unknown: 'not a token of Grafana Cloud',
} as const;
const NOT_ASKED = {
  'no slug': 'not compared: GRAFANA_CLOUD_STACK is not set',
  private: 'not compared: the endpoints are not those of grafana.net',
  'no scope': 'not compared: no token has stacks:read',
  'no answer': 'not compared: the API of Grafana Cloud gives no answer',
  'no token': 'not compared: GRAFANA_CLOUD_API_KEY is not set',
} as const;

/** The check as rows of the doctor's table: the token, the stack, the clock, and each service's way in and out. */
export function describeCheck({ token, stack, results, clockOffset, problems }: CloudCheck): Row[] {
  const hasClockProblem = problems.some(({ kind }) => kind === 'clock');
  return [
    { what: 'token', state: token.kind === 'access policy' ? 'ok' : 'missing', found: describeTokenRow(token) },
    'notAsked' in stack
      ? { what: 'stack', state: 'absent', found: NOT_ASKED[stack.notAsked] }
      : {
          what: 'stack',
          state: stack.status === 'active' ? 'ok' : 'missing',
          found: `${stack.slug}, ${stack.region}, ${stack.status}`,
        },
    ...(clockOffset === undefined
      ? []
      : [{ what: 'clock', state: hasClockProblem ? 'missing' : 'ok', found: describeClock(clockOffset) } as const]),
    ...results.map(describeResult),
  ];
}

function describeTokenRow(token: CloudCheck['token']): string {
  if (token.kind !== 'access policy') return TOKENS[token.kind];
  const { name, organization, region } = token;
  return [
    `access policy token${name === undefined ? '' : ` "${name}"`}`,
    ...(organization === undefined ? [] : [`organisation ${organization}`]),
    ...(region === undefined ? [] : [`region ${region}`]),
  ].join(', ');
}

function describeClock(offset: number): string {
  const seconds = Math.round(Math.abs(offset) / 1000);
  return seconds < 2
    ? 'as that of Grafana Cloud'
    : `${seconds} s ${offset > 0 ? 'behind' : 'ahead of'} Grafana Cloud's`;
}

function describeResult({ probe, exchange, isGood }: ProbeResult): Row {
  const { protocol, host } = new URL(probe.url);
  const what = `${SERVICES[probe.service]}, ${probe.scope}`;
  const place = `${host.padEnd(20)} ${protocol === 'https:' ? 'TLS' : 'plain HTTP'}`;
  if (exchange.kind === 'no answer')
    return { what, state: 'missing', found: `${host.padEnd(20)} ${REASONS[exchange.reason.kind]}` };
  const answer = isGood ? 'accepted' : `answers ${exchange.status}`;
  return { what, state: isGood ? 'ok' : 'missing', found: `${place}  ${answer}  ${exchange.latency} ms` };
}
