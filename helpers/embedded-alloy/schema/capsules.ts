import { createCapsuleError } from '../language/evaluation/convert.ts';
import { quote } from '../language/syntax/quote.ts';
import type { ValueType } from './schema.ts';

/** The signals of OTLP, as metric labels and configuration blocks name them. */
export type Signal = 'traces' | 'metrics' | 'logs';

/**
 * OTLP data on its way between `otelcol.*` components. It stays the protobuf body that arrived, which has been checked
 * once: bodies of one signal can be joined by concatenation, and take a tenth of the memory of objects.
 */
export type OtlpBatch = {
  readonly signal: Signal;
  /** How many spans, metric points or log records it holds. */
  readonly items: number;
  readonly body: Uint8Array;
};

/**
 * The labels of a series, including `__name__`: sorted by name, without empty values, immutable. A series keeps the
 * same array from scrape to scrape, so that results can be cached by its identity.
 */
export type SeriesLabels = readonly (readonly [name: string, value: string])[];

/** A scraped sample on its way from `prometheus.scrape` to `prometheus.remote_write`. */
export type ScrapedSample = {
  readonly labels: SeriesLabels;
  /** NaN in a stale marker. */
  readonly value: number;
  /** Milliseconds since the epoch. */
  readonly timestamp: number;
  /**
   * Marks the end of a series. A flag, because JavaScript does not preserve the bits that distinguish one NaN from
   * another.
   */
  readonly stale?: true;
  /**
   * Belongs to a scrape that failed after this sample. As in Alloy, components on its way count it, and
   * `prometheus.remote_write` does not send it.
   */
  readonly rolledBack?: true;
};

/** Receives scraped samples: the `receiver` of a `prometheus.*` component. */
export type MetricsConsumer = (samples: readonly ScrapedSample[]) => void;

/** Receives OTLP data: the `input` of an `otelcol.*` component. A rejection reaches the sender. */
export type OtelcolConsumer = (batch: OtlpBatch) => Promise<void>;

/** Returns headers with credentials: the `handler` of an `otelcol.auth.*` component. */
export type AuthHeaders = () => Readonly<Record<string, string>>;

/** The `receiver` of a `prometheus.*` component. */
export type MetricsReceiver = {
  readonly capsule: 'metrics';
  /** `prometheus.remote_write.grafana_cloud.receiver` */
  readonly name: string;
  readonly consumer: MetricsConsumer;
};

/** A value that only components can read. */
export type Capsule =
  | MetricsReceiver
  | { readonly capsule: 'otelcol'; readonly consumer: OtelcolConsumer }
  | { readonly capsule: 'auth'; readonly headers: AuthHeaders };

/** The names of the capsule types in Alloy. */
export const capsuleTypes: Readonly<Record<Capsule['capsule'], string>> = {
  metrics: 'storage.Appendable',
  otelcol: 'otelcol.Consumer',
  auth: 'auth.Handler',
};

/** Whether an export is a capsule. A target may have labels with these names too, but their values are strings. */
export function isCapsule(value: unknown): value is Capsule {
  return (
    typeof value === 'object' &&
    value !== null &&
    'capsule' in value &&
    (('consumer' in value && typeof value.consumer === 'function') ||
      ('headers' in value && typeof value.headers === 'function'))
  );
}

/** How Alloy's API shows the content of a capsule that has a name of its own; undefined for others, which it shows by type. */
export function describeContent(content: unknown): string | undefined {
  return isCapsule(content) && content.capsule === 'metrics' ? content.name : undefined;
}

/** An argument for a `receiver` of metrics. */
export const metricsReceiver: ValueType<MetricsReceiver | undefined> = capsuleType(
  capsuleTypes.metrics,
  true,
  (capsule) => (capsule.capsule === 'metrics' ? capsule : undefined),
);

/** An argument for an `input` of OTLP data. */
export const otelcolConsumer: ValueType<OtelcolConsumer | undefined> = capsuleType(
  capsuleTypes.otelcol,
  true,
  (capsule) => (capsule.capsule === 'otelcol' ? capsule.consumer : undefined),
);

/** An argument for a `handler` of credentials. */
export const authHandler: ValueType<AuthHeaders | undefined> = capsuleType(capsuleTypes.auth, false, (capsule) =>
  capsule.capsule === 'auth' ? capsule.headers : undefined,
);

/** An argument for a storage extension, which no component here exports. */
export const storageHandler: ValueType<undefined> = capsuleType('extension.ExtensionHandler', false, () => undefined);

/** An argument for a `receiver` of log lines, which no component here exports. */
export const logsReceiver: ValueType<undefined> = capsuleType('loki.LogsReceiver', true, () => undefined);

function capsuleType<T>(
  goType: string,
  opaque: boolean,
  open: (capsule: Capsule) => T | undefined,
): ValueType<T | undefined> {
  return {
    name: 'capsule',
    zero: undefined,
    opaque,
    decode(value) {
      if (value.type === 'null') {
        return undefined;
      }
      const content = value.type === 'capsule' && value.holds === 'export' ? value.content : undefined;
      const opened = isCapsule(content) ? open(content) : undefined;
      if (opened === undefined) {
        throw createCapsuleError(value, goType);
      }
      return opened;
    },
    describe: (value) => ({ type: 'capsule', value: describeContent(value) ?? `capsule(${quote(goType)})` }),
  };
}
