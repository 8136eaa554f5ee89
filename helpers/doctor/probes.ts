import { SMALLEST_QUESTIONS } from '../clients/smallest-questions.ts';
import type { DerivedUrl } from '../run/cloud-problem.ts';
import type { BackendAccess, ServiceAccess } from '../run/endpoints.ts';
import { type CloudService, type CloudVariables, nameEndpoint, nameId } from '../settings/cloud.ts';
import type { Question } from './exchange.ts';

/** One way in which a service of Grafana Cloud is used: what Alloy writes, or what a run asks. */
export type Probe = {
  readonly service: CloudService;
  readonly does: 'write' | 'read';
  /** What the token needs. */
  readonly scope: string;
  /** Where it is asked: an endpoint, or the base URL of a query API. */
  readonly url: string;
  /** The variable that says so; that of Grafana where it is asked through its data sources. */
  readonly urlVariable: string;
  readonly tokenVariable: string;
  /** Where it would be asked without a query URL, if that is another address. */
  readonly derived?: DerivedUrl;
  /** That `urlVariable` is not set. */
  readonly isUnset?: true;
  /** The same question with the login of another instance ID, or at another URL. */
  readonly ask: (id?: string, at?: string) => Question;
};

/** An empty `WriteRequest`, which snappy's block format writes as one byte. */
const EMPTY_WRITE_REQUEST = Buffer.from([0]);
const SIGNALS = ['traces', 'metrics', 'logs'] as const;

/** The empty writes: each is accepted or refused as real data is, and stores nothing. */
export function listWrites(cloud: CloudVariables): Probe[] {
  const token = cloud.GRAFANA_CLOUD_API_KEY ?? '';
  const write = (service: CloudService, scope: string, path: string, body: Partial<Question>): Probe => {
    const urlVariable = nameEndpoint(service);
    const url = cloud[urlVariable] ?? '';
    const ask = (id = cloud[nameId(service)] ?? '', at = url): Question => ({
      method: 'POST',
      // An exporter puts a path behind an endpoint for OTLP, and takes others as they are, a final slash included.
      url: path === '' ? at : `${at.replace(/\/$/, '')}${path}`,
      ...body,
      headers: { ...body.headers, authorization: encodeLogin(id, token) },
    });
    return { service, does: 'write', scope, url, urlVariable, tokenVariable: 'GRAFANA_CLOUD_API_KEY', ask };
  };
  const protobuf = { 'content-type': 'application/x-protobuf' };
  return [
    ...SIGNALS.map((signal) =>
      write('OTLP', `${signal}:write`, `/v1/${signal}`, { headers: protobuf, body: Buffer.alloc(0) }),
    ),
    write('PROMETHEUS', 'metrics:write', '', {
      headers: { ...protobuf, 'content-encoding': 'snappy', 'x-prometheus-remote-write-version': '0.1.0' },
      body: EMPTY_WRITE_REQUEST,
    }),
    write('LOKI', 'logs:write', '', { headers: { 'content-type': 'application/json' }, body: '{"streams":[]}' }),
  ];
}

/** The smallest questions that need each service's scope. */
export function listReads(
  access: BackendAccess,
  derived: Readonly<Partial<Record<keyof BackendAccess, DerivedUrl>>> = {},
): Probe[] {
  const read = (name: keyof BackendAccess, scope: string): Probe => {
    const { url, user, password, isBearer, variables } = access[name];
    const { path, listParameters } = SMALLEST_QUESTIONS[name];
    return {
      service: name.toUpperCase() as Uppercase<keyof BackendAccess>,
      does: 'read',
      scope,
      url,
      urlVariable: variables?.url ?? '',
      tokenVariable: variables?.login.at(-1) ?? '',
      ...(derived[name] !== undefined && derived[name].url !== url && { derived: derived[name] }),
      ask: (id = user, at = url) => ({
        method: 'GET',
        url: `${at.replace(/\/$/, '')}${path}?${new URLSearchParams(listParameters())}`,
        headers: {
          accept: 'application/json',
          authorization: isBearer ? `Bearer ${password}` : encodeLogin(id, password),
          ...listTenant(access[name]),
        },
      }),
    };
  };
  return [read('prometheus', 'metrics:read'), read('loki', 'logs:read'), read('tempo', 'traces:read')];
}

function encodeLogin(id: string, token: string): string {
  return `Basic ${Buffer.from(`${id}:${token}`).toString('base64')}`;
}

function listTenant({ tenant }: ServiceAccess): Record<string, string> {
  return tenant === undefined ? {} : { 'x-scope-orgid': tenant };
}
