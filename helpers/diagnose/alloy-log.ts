import { open, stat } from 'node:fs/promises';
import type { Milliseconds } from '../otlp/ids.ts';
import { redact } from '../run/redact.ts';
import type { Run } from '../run/run.ts';

/** A line of Alloy's log. `error` is its `err` or `error`; `time` is undefined if the line has none. */
export type LogLine = {
  readonly time: Milliseconds | undefined;
  readonly level: string;
  /** The ID of the component that wrote it; empty for Alloy itself. */
  readonly component: string;
  readonly message: string;
  readonly error: string;
  /** Where it was sent to; empty if the line does not say. */
  readonly url: string;
  /** How long a backend wants not to be asked, where the line is about that: `30s`. */
  readonly waits?: string;
  /** What a backend rejected of an export that it took, where the line is about that. */
  readonly rejected?: { readonly items: string; readonly count: number; readonly message: string };
};

const TAIL_BYTES = 256 * 1024;

/**
 * The problems that Alloy logged, oldest first: lines of level warn and error, exports and writes that are retried (level info), and
 * the error that kept it from starting. Secrets are removed. Empty if the run has no log file.
 */
export async function readAlloyLog(run: Run): Promise<LogLine[]> {
  if (run.alloy.logFile === undefined) return [];
  const text = redact(await readTail(run.alloy.logFile), run);
  const { config, configInside = config } = run.alloy;
  // Inside a container the configuration has another path than the one that the user edits.
  return parseLog(text.replaceAll(configInside, config));
}

/** What is logged at level info, as it may succeed yet. */
const RETRIED = /^(?:Exporting failed|Retrying after duration specified by Retry-After header)/;

/** The lines of a log, in logfmt or JSON, that report a problem. */
export function parseLog(text: string): LogLine[] {
  return text
    .split('\n')
    .map(parseLine)
    .filter(({ level, message }) => level === 'warn' || level === 'error' || (level !== '' && RETRIED.test(message)));
}

function parseLine(line: string): LogLine {
  if (line.startsWith('Error: ')) {
    return {
      time: undefined,
      level: 'error',
      component: '',
      message: line.slice('Error: '.length),
      error: '',
      url: '',
    };
  }
  const fields = line.startsWith('{') ? parseJson(line) : parseLogfmt(line);
  const time = Date.parse(fields.ts ?? '');
  return {
    time: Number.isNaN(time) ? undefined : time,
    level: fields.level ?? '',
    component: fields.component_id ?? '',
    message: fields.msg ?? '',
    error: fields.err ?? fields.error ?? '',
    url: fields.url ?? '',
    ...(RETRIED.test(fields.msg ?? '') && fields.duration !== undefined && { waits: fields.duration }),
    ...readRejected(fields),
  };
}

/** `msg="Partial success response" message="…" dropped_spans=1` (opentelemetry-collector, otlphttpexporter). */
function readRejected(fields: Readonly<Record<string, string>>): Pick<LogLine, 'rejected'> {
  if (fields.msg !== 'Partial success response') return {};
  const [name = '', count = ''] = Object.entries(fields).find(([key]) => key.startsWith('dropped_')) ?? [];
  return { rejected: { items: name.slice('dropped_'.length), count: Number(count), message: fields.message ?? '' } };
}

function parseLogfmt(line: string): Readonly<Record<string, string>> {
  const pairs = line.matchAll(/([^\s=]+)=("(?:[^"\\]|\\.)*"|\S*)/g);
  return Object.fromEntries([...pairs].map(([, key = '', value = '']) => [key, unquote(value)]));
}

function unquote(value: string): string {
  if (!value.startsWith('"')) return value;
  try {
    return String(JSON.parse(value));
  } catch {
    return value.slice(1, -1);
  }
}

function parseJson(line: string): Readonly<Record<string, string>> {
  try {
    return Object.fromEntries(Object.entries(JSON.parse(line)).map(([key, value]) => [key, String(value)]));
  } catch {
    return {};
  }
}

async function readTail(path: string): Promise<string> {
  const { size } = await stat(path);
  await using file = await open(path);
  const start = Math.max(0, size - TAIL_BYTES);
  const { buffer, bytesRead } = await file.read({ buffer: Buffer.alloc(size - start), position: start });
  return buffer.toString('utf8', 0, bytesRead);
}
