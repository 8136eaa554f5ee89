import type { ComponentType } from './component.ts';
import type { BlockSchema } from './schema/schema.ts';

type Create = NonNullable<ComponentType['create']>;

/** Where a component's parts are; they are loaded when a configuration uses it. */
type Entry = {
  readonly exports: readonly string[];
  readonly block: () => Promise<BlockSchema>;
  readonly create?: () => Promise<Create>;
};

const entries: Readonly<Record<string, Entry>> = {
  'otelcol.receiver.otlp': {
    exports: [],
    block: async () => (await import('./components/otelcol-receiver-otlp/block.ts')).otlpReceiverBlock as BlockSchema,
    create: async () => (await import('./components/otelcol-receiver-otlp/otlp.ts')).createOtlp as Create,
  },
  'otelcol.processor.batch': {
    exports: ['input'],
    block: async () =>
      (await import('./components/otelcol-processor-batch/block.ts')).batchProcessorBlock as BlockSchema,
    create: async () => (await import('./components/otelcol-processor-batch/batch.ts')).createBatch as Create,
  },
  'otelcol.auth.basic': {
    exports: ['handler'],
    block: async () => (await import('./components/otelcol-auth-basic/block.ts')).basicAuthBlock as BlockSchema,
    create: async () => (await import('./components/otelcol-auth-basic/basic.ts')).createBasic as Create,
  },
  'otelcol.exporter.otlphttp': {
    exports: ['input'],
    block: async () =>
      (await import('./components/otelcol-exporter-otlphttp/block.ts')).otlpHttpExporterBlock as BlockSchema,
    create: async () => (await import('./components/otelcol-exporter-otlphttp/otlphttp.ts')).createOtlphttp as Create,
  },
  'otelcol.exporter.otlp': {
    exports: ['input'],
    block: async () => (await import('./components/otelcol-exporter-otlp/block.ts')).otlpExporterBlock as BlockSchema,
  },
  'prometheus.exporter.postgres': {
    exports: ['targets'],
    block: async () =>
      (await import('./components/prometheus-exporter-postgres/block.ts')).postgresExporterBlock as BlockSchema,
    create: async () =>
      (await import('./components/prometheus-exporter-postgres/postgres.ts')).createPostgres as Create,
  },
  'prometheus.exporter.redis': {
    exports: ['targets'],
    block: async () =>
      (await import('./components/prometheus-exporter-redis/block.ts')).redisExporterBlock as BlockSchema,
    create: async () => (await import('./components/prometheus-exporter-redis/redis.ts')).createRedis as Create,
  },
  'prometheus.exporter.self': {
    exports: ['targets'],
    block: async () =>
      (await import('./components/prometheus-exporter-self/block.ts')).selfExporterBlock as BlockSchema,
  },
  'discovery.relabel': {
    exports: ['output', 'rules'],
    block: async () => (await import('./components/discovery-relabel/block.ts')).discoveryRelabelBlock as BlockSchema,
    create: async () => (await import('./components/discovery-relabel/relabel.ts')).createDiscoveryRelabel as Create,
  },
  'prometheus.relabel': {
    exports: ['receiver', 'rules'],
    block: async () => (await import('./components/prometheus-relabel/block.ts')).prometheusRelabelBlock as BlockSchema,
    create: async () => (await import('./components/prometheus-relabel/relabel.ts')).createPrometheusRelabel as Create,
  },
  'prometheus.scrape': {
    exports: [],
    block: async () => (await import('./components/prometheus-scrape/block.ts')).scrapeBlock as BlockSchema,
    create: async () => (await import('./components/prometheus-scrape/scrape.ts')).createScrape as Create,
  },
  'prometheus.remote_write': {
    exports: ['receiver'],
    block: async () => (await import('./components/prometheus-remote-write/block.ts')).remoteWriteBlock as BlockSchema,
    create: async () =>
      (await import('./components/prometheus-remote-write/remote-write.ts')).createRemoteWrite as Create,
  },
};

/** Blocks that configure the program itself. */
const configBlocks: Readonly<Record<string, Entry['block']>> = {
  logging: async () => (await import('./components/logging/block.ts')).loggingBlock as BlockSchema,
  tracing: async () => (await import('./components/tracing/block.ts')).tracingBlock as BlockSchema,
  http: async () => (await import('./schema/blocks/config/http.ts')).httpBlock as BlockSchema,
  livedebugging: async () => (await import('./schema/blocks/config/services.ts')).livedebuggingBlock as BlockSchema,
  labelstore: async () => (await import('./schema/blocks/config/services.ts')).labelstoreBlock as BlockSchema,
  remotecfg: async () => (await import('./schema/blocks/config/services.ts')).remotecfgBlock as BlockSchema,
  argument: async () => (await import('./schema/blocks/config/modules.ts')).argumentBlock as BlockSchema,
  export: async () => (await import('./schema/blocks/config/modules.ts')).exportBlock as BlockSchema,
  foreach: async () => (await import('./schema/blocks/config/modules.ts')).foreachBlock as BlockSchema,
  'import.file': async () => (await import('./schema/blocks/config/modules.ts')).importFileBlock as BlockSchema,
  'import.string': async () => (await import('./schema/blocks/config/modules.ts')).importStringBlock as BlockSchema,
  'import.http': async () => (await import('./schema/blocks/config/modules.ts')).importHttpBlock as BlockSchema,
  'import.git': async () => (await import('./schema/blocks/config/modules.ts')).importGitBlock as BlockSchema,
};

/** Loads the schemas of those named blocks, components or not, that the engine knows. */
export async function loadBlocks(names: Iterable<string>): Promise<ReadonlyMap<string, BlockSchema>> {
  const known = [...new Set(names)].flatMap((name) => {
    const load = Object.hasOwn(configBlocks, name) ? configBlocks[name] : entry(name)?.block;
    return load === undefined ? [] : [{ name, load }];
  });
  return new Map(await Promise.all(known.map(async ({ name, load }) => [name, await load()] as const)));
}

/** Loads a component; undefined for one that the engine does not know. */
export async function loadComponent(name: string): Promise<ComponentType | undefined> {
  const found = entry(name);
  if (found === undefined) {
    return undefined;
  }
  const { exports } = found;
  const [block, create] = await Promise.all([found.block(), found.create?.()]);
  return create === undefined ? { name, block, exports } : { name, block, exports, create };
}

function entry(name: string): Entry | undefined {
  return Object.hasOwn(entries, name) ? entries[name] : undefined;
}
