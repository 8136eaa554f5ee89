import type { Unanswered } from '../run/cloud-problem.ts';
import type { Row } from '../setup/inventory.mjs';
import type { CloudCheck, Difference, ProbeResult, SkippedWay } from './cloud-check.ts';

const SERVICES = { OTLP: 'OTLP gateway', PROMETHEUS: 'Prometheus', LOKI: 'Loki', TEMPO: 'Tempo' } as const;
const REASONS: Readonly<Record<Unanswered['kind'], string>> = {
  'unknown host': 'its name is not known',
  'refused connection': 'nothing listens there',
  timeout: 'no answer in time',
  'untrusted certificate': 'its certificate is not trusted',
  'wrong certificate': 'its certificate is not valid',
  'plain HTTP': 'it speaks plain HTTP, not TLS',
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
  'no gateway': 'not compared: the API of Grafana Cloud does not say in which domain its OTLP gateway is',
  'no token': 'not compared: there is no token to ask with',
} as const;

const SKIPS = {
  unset: 'is not set',
  unusable: 'has to be corrected first',
  'no Grafana': 'leads to no Grafana that can be asked',
} as const;

/** Problems that a token has, and those that it may have. */
const TOKEN_PROBLEMS: readonly string[] = ['variable', 'unset', 'wrong kind of token', 'wrong token', 'invalid token'];
const TOKEN_DOUBTS: readonly string[] = [
  "wrong token or another stack's IDs",
  'wrong token or endpoints',
  'token of another region',
];

/** The check as rows of the doctor's table: the token, the stack, the clock, and each service's way in and out. */
export function describeCheck(check: CloudCheck): Row[] {
  const { token, stack, results, skipped, differences, clockOffset, problems } = check;
  const hasClockProblem = problems.some(({ kind }) => kind === 'clock');
  const width = Math.max(...results.map(({ probe }) => new URL(probe.url).host.length));
  return [
    { what: 'token', state: judgeToken(check), found: describeToken(token) },
    'notAsked' in stack
      ? { what: 'stack', state: 'absent', found: describeNotAsked(stack) }
      : {
          what: 'stack',
          state: stack.status === 'active' ? 'ok' : 'missing',
          found: `${stack.slug}, ${stack.region}, ${stack.status}`,
        },
    ...(clockOffset === undefined
      ? []
      : [{ what: 'clock', state: hasClockProblem ? 'missing' : 'ok', found: describeClock(clockOffset) } as const]),
    ...results.map((result) => describeResult(result, width)),
    ...skipped.map(describeSkipped),
    ...differences.filter(({ isTaken }) => isTaken).map(describeDifference),
  ];
}

function describeNotAsked({ notAsked, refused = 0 }: Extract<CloudCheck['stack'], { notAsked: string }>): string {
  if (notAsked !== 'no answer') return NOT_ASKED[notAsked];
  const answer = refused === 0 ? 'gives no answer' : `answers ${refused}`;
  const meaning = refused === 200 ? ', and not with a stack' : '';
  return `not compared: the API of Grafana Cloud ${answer}${meaning}`;
}

function judgeToken({ token, problems }: CloudCheck): Row['state'] {
  const own = problems.filter((problem) => {
    const variables = 'variables' in problem ? problem.variables : 'variable' in problem ? [problem.variable] : [];
    return variables.includes('GRAFANA_CLOUD_API_KEY');
  });
  if (token.kind !== 'access policy' || own.some(({ kind }) => TOKEN_PROBLEMS.includes(kind))) return 'missing';
  return own.some(({ kind }) => TOKEN_DOUBTS.includes(kind)) ? 'absent' : 'ok';
}

function describeToken(token: CloudCheck['token']): string {
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

function describeResult({ probe, exchange, isGood, misplaced }: ProbeResult, width: number): Row {
  const { protocol, host } = new URL(probe.url);
  const what = `${SERVICES[probe.service]}, ${probe.scope}`;
  if (exchange.kind === 'no answer')
    return { what, state: 'missing', found: `${host.padEnd(width)}  ${REASONS[exchange.reason.kind]}` };
  const server = `${host.padEnd(width)}  ${protocol === 'https:' ? 'TLS' : 'plain HTTP'}`;
  const place = misplaced?.right === undefined ? '' : ' at the right address';
  const answer = `${isGood ? 'accepted' : `answers ${exchange.status}`}${place}`;
  const state = isGood && misplaced === undefined ? 'ok' : 'missing';
  return { what, state, found: `${server}  ${answer}  ${exchange.latency} ms` };
}

function describeSkipped({ service, scope, variable, reason }: SkippedWay): Row {
  return { what: `${SERVICES[service]}, ${scope}`, state: 'absent', found: `not asked: ${variable} ${SKIPS[reason]}` };
}

/** An address that differs from that of the stack, and is no problem: a private link, or a gateway of one's own. */
function describeDifference({ service, host, expected }: Difference): Row {
  const found = `${host} takes the login, and the stack's own is ${new URL(expected).host}`;
  return { what: `${SERVICES[service]}, address`, state: 'absent', found };
}
