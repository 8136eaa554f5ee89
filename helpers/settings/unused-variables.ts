import { isLinkedOnly } from './cloud.ts';
import { formatUnused, type UnusedGroup } from './format-unused.ts';
import { EXISTING_VARIABLES, type LgtmSettings, type QuerySettings, type Settings } from './settings.ts';

const QUERY: Readonly<Record<keyof QuerySettings, string>> = {
  tempo: 'GRAFANA_CLOUD_TEMPO_QUERY_URL',
  prometheus: 'GRAFANA_CLOUD_PROMETHEUS_QUERY_URL',
  loki: 'GRAFANA_CLOUD_LOKI_QUERY_URL',
  readToken: 'GRAFANA_CLOUD_READ_TOKEN',
  grafana: 'GRAFANA_URL',
};
const LGTM: Readonly<Record<keyof LgtmSettings, string>> = {
  tempo: 'TEMPO_URL',
  tempoOtlp: 'TEMPO_OTLP_URL',
  prometheus: 'PROMETHEUS_URL',
  loki: 'LOKI_URL',
  tenant: 'BACKEND_TENANT',
};

/** What Alloy reads of each of its sources: the run sets these, by part. */
const SOURCES = {
  postgres: ['PostgreSQL', 'POSTGRES_EXPORTER_DSN'],
  redis: ['Redis', 'REDIS_EXPORTER_ADDRESS', 'REDIS_EXPORTER_PASSWORD'],
  rabbitmq: ['RabbitMQ', 'RABBITMQ_METRICS_ADDRESS'],
} as const;

/** What decides which variables a run uses. */
export type RunKind = {
  readonly stack: NonNullable<Settings['stack']>;
  readonly backend: NonNullable<Settings['backend']>;
  /** Whether Alloy writes to a gateway before a Tempo, a Prometheus and a Loki. */
  readonly hasGateway: boolean;
  /** The parts that it uses. */
  readonly needs: readonly string[];
};

/**
 * The variables that are set and mean nothing to a run of this kind, each group as a line with the reason. One `.env` serves
 * several kinds of run, so they are no mistake; but a run that ignores one has to say so.
 */
export function describeUnusedVariables(settings: Settings, kind: RunKind): string[] {
  const groups = [
    ...listUnusedOfStack(settings, kind),
    ...listOverridden(settings, kind),
    ...listUnusedOfBackend(settings, kind),
    ...settings.misnamed.map(({ name, near }): UnusedGroup => [`nothing reads it: is it ${near}?`, [name]]),
    ['only `npm run images` reads it', settings.debianMirror === undefined ? [] : ['DEBIAN_MIRROR']],
    ['only `npm run test:contract` reads it', settings.contractSeed === undefined ? [] : ['CONTRACT_SEED']],
  ] satisfies UnusedGroup[];
  return formatUnused(groups);
}

function listUnusedOfStack({ images, alloy, alloyBinary }: Settings, { stack, needs }: RunKind): UnusedGroup[] {
  const program = alloyBinary === undefined ? [] : ['ALLOY_BIN'];
  const lgtm = images.named.LGTM_IMAGE === undefined || needs.includes('lgtm') ? [] : ['LGTM_IMAGE'];
  if (stack === 'containers') {
    return [
      ['Alloy runs in a container', program],
      ['only BACKEND=lgtm without TEMPO_URL, PROMETHEUS_URL and LOKI_URL starts it', lgtm],
    ];
  }
  const registry = images.registry === '' ? [] : ['IMAGE_REGISTRY'];
  return [
    [`the stack is ${stack}`, [...Object.keys(images.named), ...registry]],
    ...(alloy === 'embedded' ? [['ALLOY=embedded is another Alloy', program] as const] : []),
  ];
}

/** What the run sets for an Alloy that it starts. One that runs already has its own, which a `.env` for compose may hold. */
function listOverridden({ inherited }: Settings, { stack, needs }: RunKind): UnusedGroup[] {
  if (stack === 'external') return [];
  const pick = (...names: string[]) => listSet(inherited, names);
  const sources = Object.entries(SOURCES).map(([part, [title, ...names]]): UnusedGroup => {
    const found = needs.includes(part) ? pick(...names) : [];
    const them = found.length > 1 ? 'them' : 'it';
    return [`the run sets ${them}, to its own ${title} or that of ${EXISTING_VARIABLES[part]}`, found];
  });
  const ports =
    'the run takes free ports; with STACK=external, ALLOY_OTLP_GRPC and ALLOY_OTLP_HTTP name those of an Alloy that runs';
  return [
    ...sources,
    [ports, pick('ALLOY_OTLP_GRPC_LISTEN', 'ALLOY_OTLP_HTTP_LISTEN')],
    ['each run has an ID of its own', pick('ALLOY_VERIFY_RUN_ID')],
  ];
}

function listUnusedOfBackend(
  { query, lgtm, inherited }: Settings,
  { backend, hasGateway, needs }: RunKind,
): UnusedGroup[] {
  if (backend === 'mock') {
    const grpc = listSet(inherited, ['GRAFANA_CLOUD_OTLP_GRPC_ENDPOINT']);
    return [['the backend is the mock cloud', [...nameSet(QUERY, query), ...nameSet(LGTM, lgtm), ...grpc]]];
  }
  if (needs.includes('lgtm')) return [['the grafana/otel-lgtm of the run is asked', nameSet(QUERY, query)]];
  const { grafana, readToken, ...urls } = query;
  const all = nameSet(LGTM, lgtm);
  if (grafana !== undefined && !(backend === 'cloud' && isLinkedOnly(grafana))) {
    const others = nameSet(QUERY, { ...urls, ...(readToken !== undefined && { readToken }) });
    return [['GRAFANA_URL is asked', [...others, ...(hasGateway ? [] : all)]]];
  }
  if (backend === 'cloud') return [['the backend is Grafana Cloud', all]];
  const isAsked = lgtm.tempo !== undefined && lgtm.prometheus !== undefined && lgtm.loki !== undefined;
  if (!isAsked) return [['the query URLs of Grafana Cloud are asked', all]];
  return [
    ['TEMPO_URL, PROMETHEUS_URL and LOKI_URL are asked', nameSet(QUERY, query)],
    ...(!hasGateway && lgtm.tempoOtlp !== undefined
      ? [['Alloy writes to the GRAFANA_CLOUD_* endpoints', [LGTM.tempoOtlp]] as const]
      : []),
  ];
}

/** Those of these variables that are set and not empty. */
function listSet({ pick }: Settings['inherited'], names: readonly string[]): string[] {
  return Object.entries(pick(names)).flatMap(([name, value]) => (value === '' ? [] : name));
}

function nameSet<T extends object>(names: Readonly<Record<keyof T & string, string>>, settings: T): string[] {
  return (Object.keys(names) as (keyof T & string)[]).flatMap((key) => (settings[key] === undefined ? [] : names[key]));
}
