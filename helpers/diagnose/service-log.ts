/** What a service of the run has said itself since its last start. */
import { open, stat } from 'node:fs/promises';
import { z } from 'zod';
import type { ServicePart } from '../run/part.ts';
import { redact } from '../run/redact.ts';
import type { Run } from '../run/run.ts';

/** A line of a service's log in JSON, as far as it says something that a diagnosis can use. */
const Line = z.object({
  level: z.union([z.string(), z.number()]).transform(readLevel),
  msg: z.string().default(''),
  time: z
    .string()
    .transform((text) => Date.parse(text))
    .optional(),
  trace_id: z.string().optional(),
  /** What was thrown. */
  err: z
    .object({
      message: z.string().default(''),
      stack: z.string().default(''),
      /** What PostgreSQL adds to an error of its own. */
      severity: z.string().optional(),
      where: z.string().optional(),
    })
    .optional(),
  /** What it has registered: the headers that carry its context, whether work keeps its context, and how many of 100 traces
   * that it begins are recorded. */
  telemetry: z.object({ propagated: z.array(z.string()), isContextKept: z.boolean(), recorded: z.number() }).optional(),
  /** The variables that it has been started with: its first line has them. */
  environment: z.record(z.string(), z.string()).optional(),
  outage: z
    .object({
      of: z.string(),
      reason: z.string().optional(),
      isOver: z.boolean().optional(),
      variable: z.string().optional(),
      address: z.string().optional(),
      signals: z.array(z.enum(['traces', 'metrics', 'logs'])).optional(),
      status: z.number().optional(),
      unroutable: z
        .object({
          exchange: z.string(),
          routingKey: z.string(),
          bindings: z.array(z.object({ queue: z.string(), key: z.string() })),
        })
        .optional(),
    })
    .optional(),
});
export type ServiceLine = z.infer<typeof Line>;

/** As much as a log holds before it goes on in another file. */
const MAX_BYTES = 4 * 1024 * 1024;
/** A service says what it is at its start, and how it fares at the end. */
const [FIRST_LINES, LAST_LINES] = [100, 1000];

/**
 * The lines that a service has logged since its last start, oldest first, without secrets; those in between of a long log are left
 * out. Empty where the run has no log of it.
 */
export async function readServiceLog(run: Run, part: ServicePart): Promise<ServiceLine[]> {
  const path = run.serviceLogs?.[part];
  if (path === undefined) return [];
  const [before, newest] = await Promise.all([readTail(`${path}.1`), readTail(path)]);
  return parseServiceLog(redact(cutLastStart(before + newest), run));
}

/** The lines of a log since the last start in it. */
export function parseServiceLog(text: string): ServiceLine[] {
  const lines = cutLastStart(text).split('\n');
  const isShort = lines.length <= FIRST_LINES + LAST_LINES;
  return (isShort ? lines : [...lines.slice(0, FIRST_LINES), ...lines.slice(-LAST_LINES)]).flatMap(parseLine);
}

function parseLine(text: string): ServiceLine[] {
  // What Node prints of an error that nothing has caught.
  if (/^\w*Error\b.*: /.test(text)) return [{ level: 'fatal', msg: text }];
  try {
    const { success, data } = Line.safeParse(JSON.parse(text));
    return success ? [data] : [];
  } catch {
    return [];
  }
}

/** What follows the start of the process that writes now; all of a log that names none. */
function cutLastStart(text: string): string {
  const start = text.lastIndexOf('"environment":{');
  return start < 0 ? text : text.slice(text.lastIndexOf('\n', start) + 1);
}

/** The names of pino's levels. */
function readLevel(level: string | number): string {
  if (typeof level === 'string') return level.toLowerCase();
  return level >= 60 ? 'fatal' : level >= 50 ? 'error' : level >= 40 ? 'warn' : 'info';
}

async function readTail(path: string): Promise<string> {
  try {
    const { size } = await stat(path);
    await using file = await open(path);
    const start = Math.max(0, size - MAX_BYTES);
    const { buffer, bytesRead } = await file.read({ buffer: Buffer.alloc(size - start), position: start });
    return buffer.toString('utf8', 0, bytesRead);
  } catch {
    return '';
  }
}
