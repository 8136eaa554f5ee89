import type { ComponentType } from '../schema/component.ts';
import type { BlockSchema } from '../schema/schema.ts';

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
    block: async () => (await import('../components/otelcol-receiver-otlp/block.ts')).otlpReceiverBlock as BlockSchema,
    create: async () => (await import('../components/otelcol-receiver-otlp/otlp.ts')).createOtlp as Create,
  },
  'otelcol.processor.batch': {
    exports: ['input'],
    block: async () =>
      (await import('../components/otelcol-processor-batch/block.ts')).batchProcessorBlock as BlockSchema,
    create: async () => (await import('../components/otelcol-processor-batch/batch.ts')).createBatch as Create,
  },
  'otelcol.auth.basic': {
    exports: ['handler'],
    block: async () => (await import('../components/otelcol-auth-basic/block.ts')).basicAuthBlock as BlockSchema,
    create: async () => (await import('../components/otelcol-auth-basic/basic.ts')).createBasic as Create,
  },
  'otelcol.exporter.otlphttp': {
    exports: ['input'],
    block: async () =>
      (await import('../components/otelcol-exporter-otlphttp/block.ts')).otlpHttpExporterBlock as BlockSchema,
    create: async () => (await import('../components/otelcol-exporter-otlphttp/otlphttp.ts')).createOtlphttp as Create,
  },
  'otelcol.exporter.otlp': {
    exports: ['input'],
    block: async () => (await import('../components/otelcol-exporter-otlp/block.ts')).otlpExporterBlock as BlockSchema,
    create: async () => (await import('../components/otelcol-exporter-otlp/otlp.ts')).createOtlpExporter as Create,
  },
  'prometheus.exporter.postgres': {
    exports: ['targets'],
    block: async () =>
      (await import('../components/prometheus-exporter-postgres/block.ts')).postgresExporterBlock as BlockSchema,
    create: async () =>
      (await import('../components/prometheus-exporter-postgres/postgres.ts')).createPostgres as Create,
  },
  'prometheus.exporter.redis': {
    exports: ['targets'],
    block: async () =>
      (await import('../components/prometheus-exporter-redis/block.ts')).redisExporterBlock as BlockSchema,
    create: async () => (await import('../components/prometheus-exporter-redis/redis.ts')).createRedis as Create,
  },
  'prometheus.exporter.self': {
    exports: ['targets'],
    block: async () =>
      (await import('../components/prometheus-exporter-self/block.ts')).selfExporterBlock as BlockSchema,
    create: async () => (await import('../components/prometheus-exporter-self/self.ts')).createSelf as Create,
  },
  'discovery.relabel': {
    exports: ['output', 'rules'],
    block: async () => (await import('../components/discovery-relabel/block.ts')).discoveryRelabelBlock as BlockSchema,
    create: async () => (await import('../components/discovery-relabel/relabel.ts')).createDiscoveryRelabel as Create,
  },
  'prometheus.relabel': {
    exports: ['receiver', 'rules'],
    block: async () =>
      (await import('../components/prometheus-relabel/block.ts')).prometheusRelabelBlock as BlockSchema,
    create: async () => (await import('../components/prometheus-relabel/relabel.ts')).createPrometheusRelabel as Create,
  },
  'prometheus.scrape': {
    exports: [],
    block: async () => (await import('../components/prometheus-scrape/block.ts')).scrapeBlock as BlockSchema,
    create: async () => (await import('../components/prometheus-scrape/scrape.ts')).createScrape as Create,
  },
  'prometheus.remote_write': {
    exports: ['receiver'],
    block: async () => (await import('../components/prometheus-remote-write/block.ts')).remoteWriteBlock as BlockSchema,
    create: async () =>
      (await import('../components/prometheus-remote-write/remote-write.ts')).createRemoteWrite as Create,
  },
};

/** Components that can be checked and not run: what a configuration may hold besides those that it needs here. */
const checkedOnly: Readonly<Record<string, Entry>> = {
  'discovery.file': {
    exports: ['targets'],
    block: async () => (await import('../components/discovery-file/block.ts')).discoveryFileBlock as BlockSchema,
  },
  'discovery.http': {
    exports: ['targets'],
    block: async () => (await import('../components/discovery-http/block.ts')).discoveryHttpBlock as BlockSchema,
  },
  'local.file': {
    exports: ['content'],
    block: async () => (await import('../components/local-file/block.ts')).localFileBlock as BlockSchema,
  },
  'local.file_match': {
    exports: ['targets'],
    block: async () => (await import('../components/local-file-match/block.ts')).localFileMatchBlock as BlockSchema,
  },
  'loki.echo': {
    exports: ['receiver'],
    block: async () => (await import('../components/loki-echo/block.ts')).lokiEchoBlock as BlockSchema,
  },
  'loki.process': {
    exports: ['receiver'],
    block: async () => (await import('../components/loki-process/block.ts')).lokiProcessBlock as BlockSchema,
  },
  'loki.relabel': {
    exports: ['receiver', 'rules'],
    block: async () => (await import('../components/loki-relabel/block.ts')).lokiRelabelBlock as BlockSchema,
  },
  'loki.source.file': {
    exports: [],
    block: async () => (await import('../components/loki-source-file/block.ts')).lokiSourceFileBlock as BlockSchema,
  },
  'loki.write': {
    exports: ['receiver'],
    block: async () => (await import('../components/loki-write/block.ts')).lokiWriteBlock as BlockSchema,
  },
  'otelcol.auth.bearer': {
    exports: ['handler'],
    block: async () =>
      (await import('../components/otelcol-auth-bearer/block.ts')).otelcolAuthBearerBlock as BlockSchema,
  },
  'otelcol.auth.headers': {
    exports: ['handler'],
    block: async () =>
      (await import('../components/otelcol-auth-headers/block.ts')).otelcolAuthHeadersBlock as BlockSchema,
  },
  'otelcol.exporter.debug': {
    exports: ['input'],
    block: async () =>
      (await import('../components/otelcol-exporter-debug/block.ts')).otelcolExporterDebugBlock as BlockSchema,
  },
  'otelcol.exporter.prometheus': {
    exports: ['input'],
    block: async () =>
      (await import('../components/otelcol-exporter-prometheus/block.ts'))
        .otelcolExporterPrometheusBlock as BlockSchema,
  },
  'otelcol.processor.attributes': {
    exports: ['input'],
    block: async () =>
      (await import('../components/otelcol-processor-attributes/block.ts'))
        .otelcolProcessorAttributesBlock as BlockSchema,
  },
  'otelcol.processor.cumulativetodelta': {
    exports: ['input'],
    block: async () =>
      (await import('../components/otelcol-processor-cumulativetodelta/block.ts'))
        .otelcolProcessorCumulativetodeltaBlock as BlockSchema,
  },
  'otelcol.processor.deltatocumulative': {
    exports: ['input'],
    block: async () =>
      (await import('../components/otelcol-processor-deltatocumulative/block.ts'))
        .otelcolProcessorDeltatocumulativeBlock as BlockSchema,
  },
  'otelcol.processor.filter': {
    exports: ['input'],
    block: async () =>
      (await import('../components/otelcol-processor-filter/block.ts')).otelcolProcessorFilterBlock as BlockSchema,
  },
  'otelcol.processor.groupbyattrs': {
    exports: ['input'],
    block: async () =>
      (await import('../components/otelcol-processor-groupbyattrs/block.ts'))
        .otelcolProcessorGroupbyattrsBlock as BlockSchema,
  },
  'otelcol.processor.interval': {
    exports: ['input'],
    block: async () =>
      (await import('../components/otelcol-processor-interval/block.ts')).otelcolProcessorIntervalBlock as BlockSchema,
  },
  'otelcol.processor.memory_limiter': {
    exports: ['input'],
    block: async () =>
      (await import('../components/otelcol-processor-memory-limiter/block.ts'))
        .otelcolProcessorMemoryLimiterBlock as BlockSchema,
  },
  'otelcol.processor.probabilistic_sampler': {
    exports: ['input'],
    block: async () =>
      (await import('../components/otelcol-processor-probabilistic-sampler/block.ts'))
        .otelcolProcessorProbabilisticSamplerBlock as BlockSchema,
  },
  'otelcol.processor.span': {
    exports: ['input'],
    block: async () =>
      (await import('../components/otelcol-processor-span/block.ts')).otelcolProcessorSpanBlock as BlockSchema,
  },
  'otelcol.processor.tail_sampling': {
    exports: ['input'],
    block: async () =>
      (await import('../components/otelcol-processor-tail-sampling/block.ts'))
        .otelcolProcessorTailSamplingBlock as BlockSchema,
  },
  'otelcol.processor.transform': {
    exports: ['input'],
    block: async () =>
      (await import('../components/otelcol-processor-transform/block.ts'))
        .otelcolProcessorTransformBlock as BlockSchema,
  },
  'otelcol.receiver.prometheus': {
    exports: ['receiver'],
    block: async () =>
      (await import('../components/otelcol-receiver-prometheus/block.ts'))
        .otelcolReceiverPrometheusBlock as BlockSchema,
  },
  'prometheus.echo': {
    exports: ['receiver'],
    block: async () => (await import('../components/prometheus-echo/block.ts')).prometheusEchoBlock as BlockSchema,
  },
  'prometheus.exporter.static': {
    exports: ['targets'],
    block: async () =>
      (await import('../components/prometheus-exporter-static/block.ts')).prometheusExporterStaticBlock as BlockSchema,
  },
  'prometheus.exporter.unix': {
    exports: ['targets'],
    block: async () =>
      (await import('../components/prometheus-exporter-unix/block.ts')).prometheusExporterUnixBlock as BlockSchema,
  },
  'prometheus.receive_http': {
    exports: [],
    block: async () =>
      (await import('../components/prometheus-receive-http/block.ts')).prometheusReceiveHttpBlock as BlockSchema,
  },
  'remote.http': {
    exports: ['content'],
    block: async () => (await import('../components/remote-http/block.ts')).remoteHttpBlock as BlockSchema,
  },
};

/** Blocks that configure the program itself. */
const configBlocks: Readonly<Record<string, Entry['block']>> = {
  logging: async () => (await import('../components/logging/block.ts')).loggingBlock as BlockSchema,
  tracing: async () => (await import('../components/tracing/block.ts')).tracingBlock as BlockSchema,
  http: async () => (await import('../schema/blocks/config/http.ts')).httpBlock as BlockSchema,
  livedebugging: async () => (await import('../schema/blocks/config/services.ts')).livedebuggingBlock as BlockSchema,
  labelstore: async () => (await import('../schema/blocks/config/services.ts')).labelstoreBlock as BlockSchema,
  remotecfg: async () => (await import('../schema/blocks/config/services.ts')).remotecfgBlock as BlockSchema,
  argument: async () => (await import('../schema/blocks/config/modules.ts')).argumentBlock as BlockSchema,
  export: async () => (await import('../schema/blocks/config/modules.ts')).exportBlock as BlockSchema,
  foreach: async () => (await import('../schema/blocks/config/modules.ts')).foreachBlock as BlockSchema,
  'import.file': async () => (await import('../schema/blocks/config/modules.ts')).importFileBlock as BlockSchema,
  'import.string': async () => (await import('../schema/blocks/config/modules.ts')).importStringBlock as BlockSchema,
  'import.http': async () => (await import('../schema/blocks/config/modules.ts')).importHttpBlock as BlockSchema,
  'import.git': async () => (await import('../schema/blocks/config/modules.ts')).importGitBlock as BlockSchema,
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
  const table = Object.hasOwn(entries, name) ? entries : checkedOnly;
  return Object.hasOwn(table, name) ? table[name] : undefined;
}
