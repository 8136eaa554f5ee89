import { DecodeError } from '../../otlp/message.ts';
import type { Backend } from '../store/backend.ts';
import { buildLabels, type Labels, listLabels } from '../store/labels.ts';
import type { Entry } from '../store/logs.ts';
import { buildMetadataName } from './label-name.ts';
import { parseJson } from './parse-json.ts';
import { type SentStream, storeLogs } from './store-logs.ts';

const SERVICE_NAME = 'service_name';
/** The labels that Loki takes a missing `service_name` from, in this order. */
const SERVICE_LABELS = [
  'service',
  'app',
  'application',
  'app_name',
  'name',
  'app_kubernetes_io_name',
  'container',
  'container_name',
  'k8s_container_name',
  'component',
  'workload',
  'job',
  'k8s_job_name',
];

/**
 * Stores a JSON push of Loki's own API: `{"streams":[{"stream":{…},"values":[["nanoseconds","line",{metadata}]]}]}`.
 * Throws {@link DecodeError} if it has another shape or an invalid label name, and then stores nothing, and
 * {@link RefusedExport} as {@link storeLogs} does.
 */
export function storeLokiPush(body: Uint8Array, backend: Backend): void {
  const streams = readList(readField(parseJson(body), 'streams') ?? [], 'streams').map((stream): SentStream => {
    const labels = buildLabels(Object.entries(readStrings(readField(stream, 'stream'), 'stream')));
    checkNames(labels);
    return { labels: addServiceName(labels), entries: readList(readField(stream, 'values'), 'values').map(readEntry) };
  });
  storeLogs(streams, backend, '/loki/api/v1/push');
}

/** Worded as by Loki, which parses the labels as text and tells the column. */
function checkNames(labels: Labels): void {
  let column = 2;
  for (const [name, value] of listLabels(labels)) {
    const wrong = /^\d|[^a-zA-Z0-9_]/.exec(name);
    if (wrong !== null) {
      const problem = `unexpected character inside braces: '${wrong[0]}'`;
      throw new DecodeError(`couldn't parse labels: 1:${column + wrong.index}: parse error: ${problem}`);
    }
    column += `${name}=${JSON.stringify(value)}, `.length;
  }
}

function addServiceName(labels: Labels): Labels {
  const held = new Map(listLabels(labels));
  if (held.has(SERVICE_NAME)) return labels;
  const source = SERVICE_LABELS.find((name) => held.has(name));
  return buildLabels(held.set(SERVICE_NAME, held.get(source ?? '') ?? 'unknown_service'));
}

function readEntry(value: unknown): Entry {
  const [time, line, metadata = {}] = readList(value, 'values');
  if (typeof time !== 'string' || !/^\d{1,19}$/.test(time))
    throw new DecodeError('values: expected a time in nanoseconds');
  if (typeof line !== 'string') throw new DecodeError('values: expected a line');
  const pairs = Object.entries(readStrings(metadata, 'metadata'));
  const named = pairs.map(([name, text]) => [buildMetadataName(name), text] as const);
  return { time: BigInt(time), line, metadata: buildLabels(named) };
}

function readField(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null) throw new DecodeError(`expected an object with "${name}"`);
  return Reflect.get(value, name);
}

function readList(value: unknown, name: string): readonly unknown[] {
  if (!Array.isArray(value)) throw new DecodeError(`${name}: expected a list`);
  return value;
}

function readStrings(value: unknown, name: string): Record<string, string> {
  if (typeof value !== 'object' || value === null) throw new DecodeError(`${name}: expected an object`);
  const invalid = Object.entries(value).find(([, text]) => typeof text !== 'string');
  if (invalid !== undefined) throw new DecodeError(`${name}.${invalid[0]}: expected a string`);
  return value as Record<string, string>;
}
