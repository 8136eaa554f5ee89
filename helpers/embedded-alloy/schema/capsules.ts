import { capsuleError } from '../language/evaluation/convert.ts';
import type { ValueType } from './schema.ts';

/** The three signals of OTLP, as metric labels and configuration blocks call them. */
export type Signal = 'traces' | 'metrics' | 'logs';

/**
 * OTLP data on its way between `otelcol.*` components. It travels as the protobuf body that it arrived in, checked once:
 * bodies of one signal are joined by putting their bytes one after the other, and take a tenth of the memory of objects.
 */
export type OtlpBatch = {
  readonly signal: Signal;
  /** How many spans, metric points or log records it holds. */
  readonly items: number;
  readonly body: Uint8Array;
};

/**
 * The labels of a series, `__name__` among them: sorted by name, no empty values, and never changed once made. The same
 * series has the same array from scrape to scrape, so what is derived from it can be kept by its identity.
 */
export type SeriesLabels = readonly (readonly [name: string, value: string])[];

/** A scraped sample on its way from `prometheus.scrape` to `prometheus.remote_write`. */
export type ScrapedSample = {
  readonly labels: SeriesLabels;
  /** NaN in a stale marker. */
  readonly value: number;
  /** Milliseconds since the epoch. */
  readonly timestamp: number;
  /** Marks the end of a series. A flag, because JavaScript does not keep the bits that distinguish one NaN from another. */
  readonly stale?: true;
};

/** Takes scraped samples: the `receiver` of a `prometheus.*` component. */
export type MetricsConsumer = (samples: readonly ScrapedSample[]) => void;

/** Takes OTLP data: the `input` of an `otelcol.*` component. A rejection reaches the sender. */
export type OtelcolConsumer = (batch: OtlpBatch) => Promise<void>;

/** Makes the headers that carry credentials: the `handler` of an `otelcol.auth.*` component. */
export type AuthHeaders = () => Readonly<Record<string, string>>;

/** A value that only components can pass to each other. */
export type Capsule =
  | { readonly capsule: 'metrics'; readonly consumer: MetricsConsumer }
  | { readonly capsule: 'otelcol'; readonly consumer: OtelcolConsumer }
  | { readonly capsule: 'auth'; readonly headers: AuthHeaders };

/** What Alloy calls the types of capsules. */
export const capsuleTypes: Readonly<Record<Capsule['capsule'], string>> = {
  metrics: 'storage.Appendable',
  otelcol: 'otelcol.Consumer',
  auth: 'auth.Handler',
};

/** Whether a component's export is a capsule, and not a target: that may have a label of any name, but its values are text. */
export function isCapsule(value: unknown): value is Capsule {
  return (
    typeof value === 'object' &&
    value !== null &&
    'capsule' in value &&
    (('consumer' in value && typeof value.consumer === 'function') ||
      ('headers' in value && typeof value.headers === 'function'))
  );
}

/** An argument that takes a `receiver` of metrics. */
export const metricsReceiver: ValueType<MetricsConsumer | undefined> = capsuleType(
  capsuleTypes.metrics,
  true,
  (capsule) => (capsule.capsule === 'metrics' ? capsule.consumer : undefined),
);

/** An argument that takes an `input` of OTLP data. */
export const otelcolConsumer: ValueType<OtelcolConsumer | undefined> = capsuleType(
  capsuleTypes.otelcol,
  true,
  (capsule) => (capsule.capsule === 'otelcol' ? capsule.consumer : undefined),
);

/** An argument that takes a `handler` of credentials. */
export const authHandler: ValueType<AuthHeaders | undefined> = capsuleType(capsuleTypes.auth, false, (capsule) =>
  capsule.capsule === 'auth' ? capsule.headers : undefined,
);

/** An argument that takes a storage extension, which no component here exports. */
export const storageHandler: ValueType<undefined> = capsuleType('extension.ExtensionHandler', false, () => undefined);

/** An argument that takes a `receiver` of log lines, which no component here exports. */
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
        throw capsuleError(value, goType);
      }
      return opened;
    },
  };
}
