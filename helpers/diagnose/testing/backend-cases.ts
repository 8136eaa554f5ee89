import { sampleRun } from '../../clients/testing/sample-run.ts';
import type { Observation } from '../../findings/evidence.ts';
import { change, text } from '../../flow/testing/recorded-flow.ts';
import type { CheckedWay, CloudProblem } from '../../run/cloud-problem.ts';
import type { CloudService } from '../../settings/cloud.ts';
import type { OtherBackend } from '../other-backend.ts';
import type { Symptoms } from '../symptoms.ts';
import {
  AUTH,
  accepting,
  asked,
  type Cases,
  droppedSpans,
  EXPORTER,
  error,
  exportLine,
  keptSpans,
  logs,
  trace,
} from './symptoms.ts';

/** What the check of Grafana Cloud found when a run began, by service: every login that is not named was accepted. */
export function checked(refused: Partial<Record<`${CloudService} ${CheckedWay['does']}`, CloudProblem>> = {}) {
  const variable = 'GRAFANA_CLOUD_API_KEY';
  const ways = (
    [
      ['OTLP', 'write', 'traces:write'],
      ['OTLP', 'write', 'logs:write'],
      ['PROMETHEUS', 'write', 'metrics:write'],
      ['PROMETHEUS', 'read', 'metrics:read'],
      ['TEMPO', 'read', 'traces:read'],
    ] as const
  ).map(([service, does, scope]): CheckedWay => {
    const login = refused[`${service} ${does}`] === undefined ? 'accepted' : 'refused';
    return { service, does, scope, tokenVariable: variable, login };
  });
  const cloudState = { ways, problems: Object.values(refused) };
  return { run: sampleRun({ backend: 'cloud', cloudState }) };
}

export const swapped: CloudProblem = {
  kind: "another service's ID",
  variable: 'GRAFANA_CLOUD_OTLP_INSTANCE_ID',
  id: '2847239',
  owner: 'GRAFANA_CLOUD_PROMETHEUS_INSTANCE_ID',
};

/** A question that was refused at this URL. */
export function denied(url: string): Partial<Observation> {
  return { seen: { kind: 'query failure', message: `${url} answered 401`, request: { url, user: '1', status: 401 } } };
}

/** Counters alone say that spans were dropped for the login. */
export const lostToLogin = {
  flow: {
    ...accepting(),
    metrics: [
      ...accepting().metrics,
      {
        labels: {
          __name__: 'otelcol_exporter_send_failed_spans_total',
          component_id: EXPORTER,
          error_type: 'Unauthenticated',
        },
        time: 0,
        value: 3,
      },
    ],
  },
} satisfies Partial<Symptoms>;

const silentSeen = {
  kind: 'query failure',
  message: 'has given no answer',
  request: {
    url: `${sampleRun().access.prometheus.url}/api/v1/query`,
    user: '1',
    status: 0,
    silence: { since: 5, reason: 'timeout' },
  },
} as const;

/** A question to a service that has given no answer for long. */
export const silent = asked({ seen: silentSeen });

export const otherBackend: OtherBackend = {
  signals: ['scraped samples'],
  sendsTo: ['http://y/api/prom/push'],
  asked: [{ service: 'prometheus', url: 'http://x/api/prom' }],
};

export const refusedQuestions = [{ service: 'loki', user: '1', status: 401 }] as const;
const delivery = asked({ path: 'otlp', subject: { kind: 'delivery' }, seen: { kind: 'answer', json: '{}' } });
const silentService = { service: 'tempo', url: 'http://h', since: 5, reason: 'timeout' } as const;
const otherId = change(accepting(), AUTH, { settings: [text('username', '7')] });

/** Rules about the backend, and about Grafana Cloud. */
export const backendCases: Cases = {
  'Grafana Cloud refuses': {
    speaks: { ...trace, ...checked({ 'OTLP write': swapped }) },
    finds: { use: 'OTLP export', problem: swapped },
    silent: {
      'the run has not asked Grafana Cloud': { ...trace, ...lostToLogin },
      'the problem is that of another service': { ...trace, ...checked({ 'PROMETHEUS write': swapped }) },
      'the path is that of another login': checked({ 'OTLP write': swapped }),
      'Alloy logs in with another ID than the one that was checked': {
        ...trace,
        ...checked({ 'OTLP write': swapped }),
        flow: otherId,
      },
      'the stack is external, and its Alloy has lost nothing': {
        ...trace,
        run: { ...checked({ 'OTLP write': swapped }).run, stack: 'external' },
      },
    },
  },
  'token expired': {
    speaks: { ...trace, ...checked(), ...lostToLogin },
    finds: { use: 'OTLP export', variable: 'GRAFANA_CLOUD_API_KEY' },
    silent: {
      'the run has not asked Grafana Cloud': { ...trace, ...lostToLogin },
      'it was refused from the start': { ...trace, ...checked({ 'OTLP write': swapped }), ...lostToLogin },
      'what is refused is another signal': { ...logs, ...checked(), ...lostToLogin },
      'the export failed for another reason': { ...trace, ...checked(), flow: droppedSpans },
    },
  },
  'clock differs': {
    speaks: { run: sampleRun({ cloudState: { ways: [], problems: [{ kind: 'clock', offset: 300_000 }] } }) },
    finds: { offset: 300_000 },
    silent: {
      'the clock is right': checked(),
      'nothing could be asked': {
        ...asked(denied('http://h/api/v1/query')),
        run: sampleRun({ cloudState: { ways: [], problems: [{ kind: 'clock', offset: 300_000 }] } }),
      },
    },
  },
  'questions refused': {
    speaks: { refusedQuestions },
    finds: { refused: refusedQuestions, all: false },
    silent: { 'no service refuses the login': {} },
  },
  'backend silent': {
    speaks: silent,
    finds: {
      service: 'prometheus',
      url: sampleRun().access.prometheus.url,
      variable: 'GRAFANA_CLOUD_PROMETHEUS_ENDPOINT',
      since: 5,
      reason: 'timeout',
    },
    silent: {
      'the backend answered': {},
      'it gave no answer for a moment': asked({
        seen: { ...silentSeen, request: { ...silentSeen.request, silence: undefined } },
      }),
      'what Alloy keeps is kept for another reason': { ...delivery, flow: keptSpans },
      'Alloy has dropped what it could not send': {
        ...delivery,
        flow: droppedSpans,
        alloyLog: exportLine(400),
        silentService,
      },
    },
  },
  'another backend': {
    speaks: { otherBackend },
    finds: { sendsTo: otherBackend.sendsTo, asked: otherBackend.asked },
    silent: {
      'Alloy sends to the one that is asked': {},
      'only traces go elsewhere': { otherBackend: { ...otherBackend, signals: ['traces'] } },
      'what was asked is told by Alloy': { ...asked({ path: 'otlp', subject: { kind: 'delivery' } }), otherBackend },
      'the backend gave no answer': { ...asked({ seen: { kind: 'query failure', message: 'no' } }), otherBackend },
      'an assertion failed': { ...error, otherBackend },
    },
  },
  'query refused': {
    speaks: asked(denied('http://h/api/v1/query')),
    finds: { status: 401, url: 'http://h/api/v1/query', user: '1' },
    silent: {
      'the backend answered': {},
      'what failed was not a query': asked({ seen: { kind: 'query failure', message: 'pg is gone' } }),
    },
  },
};
