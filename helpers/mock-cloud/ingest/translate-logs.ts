import { attributeText } from '../../otlp/attribute-text.ts';
import type { AnyValue, KeyValue, LogRecord, LogsData } from '../../otlp/schema.ts';
import { SEVERITIES } from '../../otlp/schema.ts';
import type { Labels } from '../store/labels.ts';
import { labelsFrom } from '../store/labels.ts';
import type { Entry } from '../store/logs.ts';
import { labelName } from './label-name.ts';
import { INDEXED_RESOURCE_ATTRIBUTES } from './promoted-attributes.ts';

type Pair = readonly [name: string, value: string];

/**
 * OTLP log records as Loki 3 stores them: promoted resource attributes as index labels of the stream, everything else
 * beside the body as structured metadata. `now` (nanoseconds) is the time of a record that names none.
 */
export function translateLogs(data: LogsData, now: bigint): { readonly labels: Labels; readonly entries: Entry[] }[] {
  return data.resourceLogs.map(({ resource, scopeLogs }) => {
    const indexed: Pair[] = [];
    const described: Pair[] = [];
    for (const attribute of resource?.attributes ?? []) {
      const into = INDEXED_RESOURCE_ATTRIBUTES.has(attribute.key) ? indexed : described;
      into.push(...attributePairs(attribute));
    }
    const labels = labelsFrom([['service_name', 'unknown_service'], ...indexed.filter(([, value]) => value !== '')]);
    const entries = scopeLogs.flatMap(({ scope, logRecords }) => {
      const ofScope: Pair[] = [
        ...(scope?.attributes ?? []).flatMap((attribute) => attributePairs(attribute)),
        ['scope_name', scope?.name ?? ''],
        ['scope_version', scope?.version ?? ''],
        ['scope_dropped_attributes_count', unlessZero(scope?.droppedAttributesCount ?? 0)],
      ];
      return logRecords.map((record) => entryOf(record, [...described, ...ofScope], now));
    });
    return { labels, entries };
  });
}

function entryOf(record: LogRecord, shared: readonly Pair[], now: bigint): Entry {
  const line = attributeText(record.body);
  const own: Pair[] = [
    ...record.attributes.flatMap((attribute) => attributePairs(attribute)),
    ['observed_timestamp', record.timeUnixNano === 0n ? '' : unlessZero(record.observedTimeUnixNano)],
    ['severity_number', unlessZero(record.severityNumber)],
    ['severity_text', record.severityText],
    ['dropped_attributes_count', unlessZero(record.droppedAttributesCount)],
    ['flags', unlessZero(record.flags)],
    ['trace_id', record.traceId],
    ['span_id', record.spanId],
  ];
  return {
    time: record.timeUnixNano || record.observedTimeUnixNano || now,
    line,
    metadata: labelsFrom([['detected_level', detectedLevel(record, line)], ...shared, ...own]),
  };
}

function unlessZero(value: number | bigint): string {
  return Number(value) === 0 ? '' : String(value);
}

/** A map becomes a pair for each of its leaves, the names joined by `_`. */
function attributePairs({ key, value }: KeyValue, prefix = ''): Pair[] {
  const name = labelName(prefix === '' ? key : `${prefix}_${key}`);
  const nested: AnyValue['kvlistValue'] = value?.kvlistValue;
  if (nested === undefined) return [[name, attributeText(value)]];
  return nested.values.flatMap((attribute) => attributePairs(attribute, name));
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

/** As Loki finds `detected_level`: the severity number, an attribute or the severity text, then a word of the line. */
function detectedLevel(record: LogRecord, line: string): string {
  const grade = /^SEVERITY_NUMBER_([A-Z]+)/.exec(SEVERITIES[record.severityNumber] ?? '')?.[1];
  if (record.severityNumber > 0 && grade !== undefined) return grade.toLowerCase();
  const attribute = record.attributes.find(({ key }) => /^(level|severity|lvl|log\.level)$/i.test(key));
  for (const text of [attributeText(attribute?.value), record.severityText]) {
    const level = LEVELS.find(([, words]) => words.test(text));
    if (level !== undefined) return level[0];
  }
  const word = /\b(trace|debug|info|warn|error|critical|fatal)(?:ing)?\b/i.exec(line)?.[1];
  return word?.toLowerCase() ?? 'unknown';
}
