import { isIP } from 'node:net';
import { z } from 'zod';
import type { ProxySettings, Settings } from '../settings/settings.ts';
import { getJson, QueryError } from './http.ts';

/** Grafana Cloud's own API (`https://grafana.com` unless it is another cloud), and a token with the scope `stacks:read`. */
export type CloudApi = { readonly url: string; readonly token: string; readonly proxies?: ProxySettings };

/** Where Grafana Cloud is asked for a stack, and with which token. */
export function readCloudApi({
  discovery,
  cloud,
  proxies,
}: Pick<Settings, 'discovery' | 'cloud' | 'proxies'>): CloudApi {
  const url = discovery.url?.href.replace(/\/$/, '') ?? 'https://grafana.com';
  return { url, token: discovery.token ?? cloud.GRAFANA_CLOUD_API_KEY ?? '', proxies };
}

/** A stack of Grafana Cloud, as far as Alloy and a run need to know it. */
export type CloudStack = {
  readonly slug: string;
  readonly region: string;
  /** `active`, unless the stack is paused or being changed. */
  readonly status: string;
  /** What the `GRAFANA_CLOUD_*` variables of endpoints and instance IDs have to be. */
  readonly variables: Readonly<Record<string, string>>;
};

const url = z
  .url({ protocol: /^https?$/ })
  .refine((text) => !/[\s"'`$]/.test(text) && !/[@?#]/.test(text))
  .transform((text) => text.replace(/\/$/, ''));
const id = z.union([z.int().positive(), z.string().regex(/^\d+$/)]).transform(String);
/** What `GET /api/instances/{slug}` answers, of which there are some hundred fields. */
const Instance = z.object({
  id,
  slug: z.string().regex(/^[\w-]+$/),
  status: z.string().regex(/^[\w -]{1,40}$/),
  regionSlug: z.string().regex(/^[\w-]+$/),
  hmInstancePromId: id,
  hmInstancePromUrl: url,
  hlInstanceId: id,
  hlInstanceUrl: url,
  htInstanceId: id,
  htInstanceUrl: url,
});
/** A service that a stack lacks has no ID and no URL. */
const none = z.union([z.literal(''), z.literal(0), z.null()]);
const Incomplete = Instance.extend({
  hmInstancePromId: id.or(none).optional(),
  hmInstancePromUrl: url.or(none).optional(),
  hlInstanceId: id.or(none).optional(),
  hlInstanceUrl: url.or(none).optional(),
  htInstanceId: id.or(none).optional(),
  htInstanceUrl: url.or(none).optional(),
});
const Instances = z.object({ items: z.array(z.unknown()) });

/** A stack without a service that this suite needs, such as one that is being created. */
export class IncompleteStack extends QueryError {
  /** The services, as in `Tempo`. */
  readonly lacks: readonly string[];
  constructor(url: string, lacks: readonly string[]) {
    super({ url, user: '', status: 200, isFinal: true }, `answered with a stack that has no ${lacks.join(' and no ')}`);
    this.lacks = lacks;
  }
}

/** A stack of which the answer does not say where its OTLP gateway is: the host of its Prometheus has no domain. */
export class UnknownGateway extends QueryError {
  /** The host of its Prometheus, without a port. */
  readonly host: string;
  constructor(url: string, host: string) {
    super({ url, user: '', status: 200, isFinal: true }, `answered with a Prometheus at ${host}, which has no domain`);
    this.host = host;
  }
}

/**
 * The stack of this slug. Throws `QueryError`: 401 for a token that is not valid, 403 without the scope, 404 for no such stack;
 * {@link IncompleteStack} where it lacks a service; {@link UnknownGateway}.
 */
export async function findStack(api: CloudApi, slug: string, timeout?: number): Promise<CloudStack> {
  const path = `/api/instances/${encodeURIComponent(slug)}`;
  const answer = await ask(api, path, Incomplete, timeout);
  const { data } = Instance.safeParse(answer);
  if (data === undefined) throw new IncompleteStack(`${api.url}${path}`, listLacking(answer));
  return describeStack(data, `${api.url}${path}`);
}

function listLacking(answer: z.infer<typeof Incomplete>): string[] {
  const services = {
    Prometheus: answer.hmInstancePromId && answer.hmInstancePromUrl,
    Loki: answer.hlInstanceId && answer.hlInstanceUrl,
    Tempo: answer.htInstanceId && answer.htInstanceUrl,
  };
  return Object.entries(services).flatMap(([name, hasIt]) => (hasIt ? [] : name));
}

/** The stacks of an organisation, by its ID or slug; those that are not complete yet are left out. Throws `QueryError`, {@link UnknownGateway}. */
export async function listStacks(api: CloudApi, organization: string, timeout?: number): Promise<CloudStack[]> {
  const path = `/api/orgs/${encodeURIComponent(organization)}/instances`;
  const { items } = await ask(api, path, Instances, timeout);
  return items.flatMap((item) => {
    const { data } = Instance.safeParse(item);
    return data === undefined ? [] : [describeStack(data, `${api.url}${path}`)];
  });
}

async function ask<T>(
  { url, token, proxies = {} }: CloudApi,
  path: string,
  schema: z.ZodType<T>,
  timeout?: number,
): Promise<T> {
  return await getJson({ url, user: '', password: token, isBearer: true, proxies }, path, {}, schema, timeout);
}

function describeStack(instance: z.infer<typeof Instance>, asked: string): CloudStack {
  const { hmInstancePromUrl: prometheus, hlInstanceUrl: loki, htInstanceUrl: tempo, regionSlug: region } = instance;
  return {
    slug: instance.slug,
    region,
    status: instance.status,
    variables: {
      GRAFANA_CLOUD_OTLP_ENDPOINT: buildOtlpEndpoint(region, prometheus, asked),
      // The OTLP gateway takes the stack's own ID.
      GRAFANA_CLOUD_OTLP_INSTANCE_ID: instance.id,
      GRAFANA_CLOUD_PROMETHEUS_ENDPOINT: `${prometheus}/api/prom/push`,
      GRAFANA_CLOUD_PROMETHEUS_INSTANCE_ID: instance.hmInstancePromId,
      GRAFANA_CLOUD_LOKI_ENDPOINT: `${loki}/loki/api/v1/push`,
      GRAFANA_CLOUD_LOKI_INSTANCE_ID: instance.hlInstanceId,
      GRAFANA_CLOUD_TEMPO_ENDPOINT: `${tempo}/tempo`,
      GRAFANA_CLOUD_TEMPO_INSTANCE_ID: instance.htInstanceId,
    },
  };
}

/** The answer lacks the OTLP gateway: it is in the same domain as the stack's other services. */
function buildOtlpEndpoint(region: string, other: string, asked: string): string {
  const { protocol, host, hostname } = new URL(other);
  if (isIP(hostname) !== 0 || !hostname.includes('.')) throw new UnknownGateway(asked, hostname);
  return `${protocol}//otlp-gateway-${region}.${host.slice(host.indexOf('.') + 1)}/otlp`;
}
