import { formatAttribute } from '../../otlp/format-attribute.ts';
import { type AnyValue, type KeyValue, type LogRecord, type LogsData, SEVERITIES } from '../../otlp/schema.ts';
import { buildLabels, type Labels } from '../store/labels.ts';
import type { Entry } from '../store/logs.ts';
import { buildLabelName } from './label-name.ts';
import { INDEXED_RESOURCE_ATTRIBUTES } from './promoted-attributes.ts';

type Pair = readonly [name: string, value: string];

/**
 * Translates OTLP log records as Loki 3 does: promoted resource attributes become index labels of the stream, everything
 * else but the body structured metadata. `now` (nanoseconds) is the time of a record without one.
 */
export function translateLogs(data: LogsData, now: bigint): { readonly labels: Labels; readonly entries: Entry[] }[] {
  return data.resourceLogs.map(({ resource, scopeLogs }) => {
    const indexed: Pair[] = [];
    const metadata: Pair[] = [];
    for (const attribute of resource?.attributes ?? []) {
      const into = INDEXED_RESOURCE_ATTRIBUTES.has(attribute.key) ? indexed : metadata;
      into.push(...flattenAttribute(attribute));
    }
    const labels = buildLabels([['service_name', 'unknown_service'], ...indexed.filter(([, value]) => value !== '')]);
    const entries = scopeLogs.flatMap(({ scope, logRecords }) => {
      const scopePairs: Pair[] = [
        ...(scope?.attributes ?? []).flatMap((attribute) => flattenAttribute(attribute)),
        ['scope_name', scope?.name ?? ''],
        ['scope_version', scope?.version ?? ''],
        ['scope_dropped_attributes_count', formatUnlessZero(scope?.droppedAttributesCount ?? 0)],
      ];
      return logRecords.map((record) => buildEntry(record, [...metadata, ...scopePairs], now));
    });
    return { labels, entries };
  });
}

function buildEntry(record: LogRecord, shared: readonly Pair[], now: bigint): Entry {
  const line = formatAttribute(record.body);
  const own: Pair[] = [
    ...record.attributes.flatMap((attribute) => flattenAttribute(attribute)),
    ['observed_timestamp', record.timeUnixNano === 0n ? '' : formatUnlessZero(record.observedTimeUnixNano)],
    ['severity_number', formatUnlessZero(record.severityNumber)],
    ['severity_text', record.severityText],
    ['dropped_attributes_count', formatUnlessZero(record.droppedAttributesCount)],
    ['flags', formatUnlessZero(record.flags)],
    ['trace_id', record.traceId],
    ['span_id', record.spanId],
  ];
  return {
    time: record.timeUnixNano || record.observedTimeUnixNano || now,
    line,
    metadata: buildLabels([['detected_level', detectLevel(record, line)], ...shared, ...own]),
  };
}

function formatUnlessZero(value: number | bigint): string {
  return Number(value) === 0 ? '' : String(value);
}

/** The name and text of an attribute; of a map, those of each leaf, with the names joined by `_`. */
function flattenAttribute({ key, value }: KeyValue, prefix = ''): Pair[] {
  const name = buildLabelName(prefix === '' ? key : `${prefix}_${key}`);
  const nested: AnyValue['kvlistValue'] = value?.kvlistValue;
  if (nested === undefined) return [[name, formatAttribute(value)]];
  return nested.values.flatMap((attribute) => flattenAttribute(attribute, name));
}

const LEVELS: readonly (readonly [level: string, words: RegExp])[] = [
  ['trace', /^(trace|trc)$/i],
  ['debug', /^(debug|dbg)$/i],
  ['info', /^(info|inf|information)$/i],
  ['warn', /^(warn|wrn|warning)$/i],
  ['error', /^(error|err)$/i],
  ['critical', /^critical$/i],
  ['fatal', /^fatal$/i],
];

/** Detects the level as Loki does: by the severity number, by an attribute or the severity text, then by a word of the line. */
function detectLevel(record: LogRecord, line: string): string {
  const level = /^SEVERITY_NUMBER_([A-Z]+)/.exec(SEVERITIES[record.severityNumber] ?? '')?.[1];
  if (record.severityNumber > 0 && level !== undefined) return level.toLowerCase();
  const attribute = record.attributes.find(({ key }) => /^(level|severity|lvl|log\.level)$/i.test(key));
  for (const text of [formatAttribute(attribute?.value), record.severityText]) {
    const level = LEVELS.find(([, words]) => words.test(text));
    if (level !== undefined) return level[0];
  }
  const word = /\b(trace|debug|info|warn|error|critical|fatal)(?:ing)?\b/i.exec(line)?.[1];
  return word?.toLowerCase() ?? 'unknown';
}
