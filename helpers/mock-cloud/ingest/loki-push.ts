import { DecodeError } from '../../otlp/message.ts';
import { type Backend, countReceived } from '../store/backend.ts';
import { buildLabels } from '../store/labels.ts';
import type { Entry } from '../store/logs.ts';
import { parseJson } from './parse-json.ts';

/**
 * Stores a JSON push of Loki's own API: `{"streams":[{"stream":{…},"values":[["nanoseconds","line",{metadata}]]}]}`.
 * Throws {@link DecodeError} if it has another shape, and then stores nothing.
 */
export function storeLokiPush(body: Uint8Array, backend: Backend): void {
  const streams = readList(readField(parseJson(body), 'streams'), 'streams').map((stream) => {
    const labels = buildLabels(Object.entries(readStrings(readField(stream, 'stream'), 'stream')));
    if (labels.length === 0) throw new DecodeError('error at least one label pair is required per stream');
    return { labels, entries: readList(readField(stream, 'values'), 'values').map(readEntry) };
  });
  for (const { labels, entries } of streams) {
    backend.logs.add(labels, entries);
    countReceived(backend, 'log records', entries.length, '/loki/api/v1/push');
  }
}

function readEntry(value: unknown): Entry {
  const [time, line, metadata = {}] = readList(value, 'values');
  if (typeof time !== 'string' || !/^\d{1,19}$/.test(time))
    throw new DecodeError('values: expected a time in nanoseconds');
  if (typeof line !== 'string') throw new DecodeError('values: expected a line');
  const held = Object.entries(readStrings(metadata, 'metadata'));
  return { time: BigInt(time), line, metadata: buildLabels([['detected_level', 'unknown'], ...held]) };
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
