import { DecodeError } from '../../otlp/message.ts';
import type { Backend } from '../backend.ts';
import { noteArrival } from '../backend.ts';
import { labelsFrom } from '../store/labels.ts';
import type { Entry } from '../store/logs.ts';
import { parseJson } from './parse-json.ts';

/**
 * Stores a JSON push of Loki's own API: `{"streams":[{"stream":{…},"values":[["nanoseconds","line",{metadata}]]}]}`.
 * Throws {@link DecodeError} where it has another shape; nothing is stored then.
 */
export function storeLokiPush(body: Uint8Array, backend: Backend): void {
  const streams = listOf(fieldOf(parseJson(body), 'streams'), 'streams').map((stream) => {
    const labels = labelsFrom(Object.entries(stringsOf(fieldOf(stream, 'stream'), 'stream')));
    if (labels.length === 0) throw new DecodeError('error at least one label pair is required per stream');
    return { labels, entries: listOf(fieldOf(stream, 'values'), 'values').map(entryOf) };
  });
  for (const { labels, entries } of streams) {
    backend.logs.add(labels, entries);
    noteArrival(backend, 'log records', entries.length, '/loki/api/v1/push');
  }
}

function entryOf(value: unknown): Entry {
  const [time, line, metadata = {}] = listOf(value, 'values');
  if (typeof time !== 'string' || !/^\d{1,19}$/.test(time))
    throw new DecodeError('values: a time in nanoseconds expected');
  if (typeof line !== 'string') throw new DecodeError('values: a line expected');
  const held = Object.entries(stringsOf(metadata, 'metadata'));
  return { time: BigInt(time), line, metadata: labelsFrom([['detected_level', 'unknown'], ...held]) };
}

function fieldOf(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null) throw new DecodeError(`an object with "${name}" expected`);
  return Reflect.get(value, name);
}

function listOf(value: unknown, name: string): readonly unknown[] {
  if (!Array.isArray(value)) throw new DecodeError(`${name}: a list expected`);
  return value;
}

function stringsOf(value: unknown, name: string): Record<string, string> {
  if (typeof value !== 'object' || value === null) throw new DecodeError(`${name}: an object expected`);
  const wrong = Object.entries(value).find(([, held]) => typeof held !== 'string');
  if (wrong !== undefined) throw new DecodeError(`${name}.${wrong[0]}: a string expected`);
  return value as Record<string, string>;
}
