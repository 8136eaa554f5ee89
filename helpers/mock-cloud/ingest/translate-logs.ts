import { formatAttribute } from '../../otlp/format-attribute.ts';
import { DecodeError } from '../../otlp/message.ts';
import type { AnyValue, KeyValue, LogRecord, LogsData } from '../../otlp/schema.ts';
import { buildLabels } from '../store/labels.ts';
import type { Entry } from '../store/logs.ts';
import { buildMetadataName } from './label-name.ts';
import { INDEXED_RESOURCE_ATTRIBUTES } from './promoted-attributes.ts';
import type { SentStream } from './store-logs.ts';

type Pair = readonly [name: string, value: string];

/**
 * Translates OTLP log records as Loki 3 does: promoted resource attributes become index labels of the stream, everything
 * else but the body structured metadata. `now` (nanoseconds) is the time of a record without one. Throws
 * {@link DecodeError} for an attribute whose name can't be translated.
 */
export function translateLogs(data: LogsData, now: bigint): SentStream[] {
  return data.resourceLogs.map(({ resource, scopeLogs }) => {
    const indexed: Pair[] = [];
    const metadata: Pair[] = [];
    for (const attribute of resource?.attributes ?? []) {
      const into = INDEXED_RESOURCE_ATTRIBUTES.has(attribute.key) ? indexed : metadata;
      into.push(...flattenAttribute(attribute));
    }
    const labels = buildLabels([['service_name', 'unknown_service'], ...indexed.filter(([, value]) => value !== '')]);
    const entries = scopeLogs.flatMap(({ scope, logRecords }) => {
      const scopeAttributes = (scope?.attributes ?? []).flatMap((attribute) => flattenAttribute(attribute));
      const scopeFields = listSet([
        ['scope_name', scope?.name ?? ''],
        ['scope_version', scope?.version ?? ''],
        ['scope_dropped_attributes_count', formatUnlessZero(scope?.droppedAttributesCount ?? 0)],
      ]);
      const shared = [...metadata, ...scopeAttributes, ...scopeFields];
      return logRecords.map((record) => buildEntry(record, shared, now));
    });
    return { labels, entries };
  });
}

function buildEntry(record: LogRecord, shared: readonly Pair[], now: bigint): Entry {
  const attributes = record.attributes.flatMap((attribute) => flattenAttribute(attribute));
  const fields = listSet([
    ['observed_timestamp', record.timeUnixNano === 0n ? '' : formatUnlessZero(record.observedTimeUnixNano)],
    ['severity_number', formatUnlessZero(record.severityNumber)],
    ['severity_text', record.severityText],
    ['dropped_attributes_count', formatUnlessZero(record.droppedAttributesCount)],
    ['flags', formatUnlessZero(record.flags)],
    ['trace_id', record.traceId],
    ['span_id', record.spanId],
    ['event_name', record.eventName],
  ]);
  return {
    time: record.timeUnixNano || record.observedTimeUnixNano || now,
    line: formatAttribute(record.body),
    metadata: buildLabels([...attributes, ...fields, ...shared]),
  };
}

/** A field that is not set leaves an attribute of its name alone. */
function listSet(fields: readonly Pair[]): readonly Pair[] {
  return fields.filter(([, value]) => value !== '');
}

function formatUnlessZero(value: number | bigint): string {
  return Number(value) === 0 ? '' : String(value);
}

/** The name and text of an attribute; of a map, those of each leaf, with the names joined by `_`. */
function flattenAttribute({ key, value }: KeyValue, prefix = ''): Pair[] {
  const name = nameMetadata(prefix === '' ? key : `${prefix}_${key}`);
  const nested: AnyValue['kvlistValue'] = value?.kvlistValue;
  if (nested === undefined) return [[name, formatAttribute(value)]];
  return nested.values.flatMap((attribute) => flattenAttribute(attribute, name));
}

function nameMetadata(key: string): string {
  try {
    return buildMetadataName(key);
  } catch (error) {
    throw error instanceof DecodeError ? new DecodeError(`symbolizer lookup: ${error.message}`) : error;
  }
}
