/** What services that a run starts get of the `OTEL_*` and `LOG_*` variables, which a shell may have for other programs. */
import { formatUnused, type UnusedGroup } from './format-unused.ts';

/** The person's variables of telemetry, sorted by what becomes of them in a run. */
export type ServiceTelemetry = {
  /** What the services get as it is. */
  readonly variables: Readonly<Record<string, string>>;
  /** The entries of `OTEL_RESOURCE_ATTRIBUTES` that they get, as written: `key=value`. */
  readonly resourceAttributes: readonly string[];
  /** What they don't get, since no telemetry of theirs could be found, in groups with the reason. */
  readonly unused: readonly UnusedGroup[];
};

/** With these, telemetry goes elsewhere or is not made. */
const UNUSED = [
  [
    'the services export all signals to the Alloy of the run',
    /^OTEL_(?:SDK_DISABLED|(?:TRACES|METRICS|LOGS)_EXPORTER|(?:EXPERIMENTAL_)?CONFIG_FILE|EXPORTER_(?!OTLP_(?:\w+_)?(?:COMPRESSION|TIMEOUT)$).*)$/,
  ],
  ['the run looks for every span', /^OTEL_TRACES_SAMPLER(?:_ARG)?$/],
] as const;
/** What deadlines are computed from, so it can't surprise. */
const EXPECTED = 'OTEL_METRIC_EXPORT_INTERVAL';

/** Sorts the variables of telemetry in an environment. */
export function readServiceTelemetry(environment: Readonly<Record<string, string>>): ServiceTelemetry {
  const { OTEL_RESOURCE_ATTRIBUTES = '', ...others } = Object.fromEntries(
    Object.entries(environment).filter(([name]) => /^(?:OTEL|LOG)_/.test(name)),
  );
  const entries = OTEL_RESOURCE_ATTRIBUTES.split(',').filter((entry) => entry.trim() !== '');
  const keys = entries.map(readKey);
  // One entry that an SDK can't read makes it ignore all of them, the run's ID too.
  const isReadable = !keys.includes(undefined);
  const { LOG_LEVEL = 'info' } = others;
  const names = Object.keys(others);
  const identity = [
    ...names.filter((name) => name === 'OTEL_SERVICE_NAME'),
    ...(isReadable ? keys.filter(isIdentity).map((key) => `${key} of OTEL_RESOURCE_ATTRIBUTES`) : []),
  ];
  const unused: UnusedGroup[] = [
    ...UNUSED.map(([reason, pattern]): UnusedGroup => [reason, names.filter((name) => pattern.test(name))]),
    ['the run finds the services by their names and its ID', identity],
    ['criteria look for log lines of level info', /^(?:info|debug|trace)$/i.test(LOG_LEVEL) ? [] : ['LOG_LEVEL']],
    ['an entry of it is not key=value with percent-encoding', isReadable ? [] : ['OTEL_RESOURCE_ATTRIBUTES']],
  ];
  const withheld = unused.flatMap(([, group]) => group);
  return {
    variables: Object.fromEntries(Object.entries(others).filter(([name]) => !withheld.includes(name))),
    resourceAttributes: isReadable ? entries.filter((_, index) => !isIdentity(keys[index])) : [],
    unused,
  };
}

/** The variables that services of the run with this ID get; what the project sets otherwise comes before them. */
export function listServiceTelemetry(
  { variables, resourceAttributes }: ServiceTelemetry,
  runId: string,
): Record<string, string> {
  const attributes = [...resourceAttributes, `service.instance.id=${runId}`].join(',');
  return { ...variables, OTEL_RESOURCE_ATTRIBUTES: attributes };
}

/** What becomes of the variables in a run that starts services, in lines: a criterion may fail because of one. */
export function describeServiceTelemetry({ variables, resourceAttributes, unused }: ServiceTelemetry): string[] {
  const names = Object.keys(variables).filter((name) => name !== EXPECTED);
  if (resourceAttributes.length > 0) names.push('OTEL_RESOURCE_ATTRIBUTES');
  const passedOn = `Passed on to the services, and may change what they send: ${names.join(', ')}.`;
  return [...formatUnused(unused), ...(names.length === 0 ? [] : [passedOn])];
}

/** Whether an attribute is part of what Prometheus makes `job` and `instance` of. */
function isIdentity(key: string | undefined): boolean {
  return key !== undefined && /^service\.(?:name|namespace|instance\.id)$/.test(key);
}

/** The key of an attribute as OpenTelemetry's SDKs decode it; undefined for an entry that they can't read. */
function readKey(entry: string): string | undefined {
  const [key = '', value, ...rest] = entry.split('=').map((text) => text.trim());
  if (key === '' || value === undefined || rest.length > 0) return undefined;
  try {
    const decoded = [decodeURIComponent(key), decodeURIComponent(value)];
    return decoded.every(({ length }) => length <= MAX_LENGTH) ? decoded[0] : undefined;
  } catch {
    return undefined;
  }
}

/** OpenTelemetry's SDKs for JavaScript read no longer key or value. */
const MAX_LENGTH = 255;
