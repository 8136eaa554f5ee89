import { connect } from 'node:net';
import type { SourceFault } from '../findings/finding.ts';
import type { Milliseconds } from '../otlp/ids.ts';
import { isServicePart, type Part } from '../run/part.ts';
import type { Run } from '../run/run.ts';
import { computeLoadFactor, scaleToLoad } from './load.ts';
import { type Probe, type Probed, SILENT } from './probes/probe.ts';

/** A part that gives no answer at its address, `host:port`. */
export type Unreachable = {
  readonly part: Part;
  readonly address: string;
  /** Whether it accepts the connection nevertheless: it hangs. */
  readonly isSilent?: true;
};

/** A part that answers, and does not do what it is there for. */
export type FaultySource = {
  readonly part: Part;
  readonly address: string;
  readonly fault: SourceFault;
  /** In the words of the part. */
  readonly reason: string;
};

/** What is wrong with parts of the stack, sources before the services that use them. */
export type PartFaults = { readonly unreachable: readonly Unreachable[]; readonly faulty: readonly FaultySource[] };

const CONNECT_MS = 1000;

/**
 * Does with each part what its users do: connects, logs in, asks for something small, all within seconds. A part whose address
 * is unknown, and one about which nothing can be told, counts as sound.
 */
export async function examineParts(run: Run, parts: readonly Part[]): Promise<PartFaults> {
  const sorted = [...new Set(parts)].sort((a, b) => Number(isServicePart(a)) - Number(isServicePart(b)));
  const found = await Promise.all(sorted.map((part) => examine(run, part)));
  return {
    unreachable: found.flatMap((one) => (one !== undefined && !('fault' in one) ? [one] : [])),
    faulty: found.flatMap((one) => (one !== undefined && 'fault' in one ? [one] : [])),
  };
}

/** How long a fault has to be seen until it counts as lasting: what starts again or is merely late is back by then. */
const LASTING_MS = 2000;
/** The minimum time between two looks at a part in the background. */
const LOOK_MS = 500;
/** How long a part may take to answer that was silent a moment ago. */
const BRIEF_MS = 500;

type Found = Unreachable | FaultySource | undefined;
/** The newest look at a part, and since when it has had the same fault at every look. */
type Look = { running?: Promise<Found> | undefined; found: Found; endedMs: number; sinceMs: number };

/** By part and address, for the whole process: what one criterion has seen, the next one need not wait for again. */
const looks = new Map<string, Look>();

/**
 * Looks at parts in the background, and returns whether one of them has had the same fault for seconds: it gives no answer, or
 * has a fault that `isRelevant`.
 */
export function hasLastingFault(
  run: Run,
  parts: readonly Part[],
  isRelevant: (found: FaultySource) => boolean,
): boolean {
  return parts
    .map((part) => {
      const address = findAddress(run, part);
      const look = address && looks.get(nameLook(part, address));
      const now = performance.now();
      if (look === undefined || now - look.endedMs >= LOOK_MS) void examine(run, part);
      if (look?.found === undefined || now - look.endedMs > scaleToLoad(2 * LASTING_MS)) return false;
      return (
        look.endedMs - look.sinceMs >= scaleToLoad(LASTING_MS) && (!('fault' in look.found) || isRelevant(look.found))
      );
    })
    .includes(true);
}

/** Whoever asks about a part while it is looked at gets the same answer. */
function examine(run: Run, part: Part): Promise<Found> {
  const address = findAddress(run, part);
  if (address === undefined) return Promise.resolve(undefined);
  const key = nameLook(part, address);
  const look: Look = looks.get(key) ?? { found: undefined, endedMs: Number.NEGATIVE_INFINITY, sinceMs: 0 };
  looks.set(key, look);
  if (look.running !== undefined) return look.running;
  const began = performance.now();
  const wasSilent = look.found !== undefined && 'isSilent' in look.found && began - look.endedMs < 2 * LASTING_MS;
  // On a busy machine one silence does not make the next one likely.
  const isBrief = wasSilent && computeLoadFactor() === 1;
  look.running = probe(run, part, address, isBrief ? BRIEF_MS : undefined).then((found) => {
    const endedMs = performance.now();
    // One look may be bad luck: what lasts is seen by a later one as well.
    if (nameFault(found) !== nameFault(look.found)) look.sinceMs = endedMs;
    Object.assign(look, { found, endedMs, running: undefined });
    return found;
  });
  return look.running;
}

function nameFault(found: Found): string | undefined {
  if (found === undefined) return undefined;
  return 'fault' in found ? found.fault : 'no answer';
}

/** The probe of a part: each loads a client, which is needed only where something fails. */
async function findProbe(part: Part): Promise<Probe> {
  switch (part) {
    case 'postgres':
      return (await import('./probes/postgres.ts')).probePostgres;
    case 'redis':
      return (await import('./probes/redis.ts')).probeRedis;
    case 'rabbitmq':
      return (await import('./probes/rabbitmq.ts')).probeRabbitmq;
    default:
      return (await import('./probes/service.ts')).probeService(part);
  }
}

async function probe(run: Run, part: Part, address: Address, limit: Milliseconds | undefined): Promise<Found> {
  const where = { part, address: nameAddress(address) };
  if (!(await acceptsConnections(address))) return where;
  const ask = await findProbe(part);
  const found: Probed = await ask(run, limit).catch(() => undefined);
  if (found === undefined) return undefined;
  return found === SILENT ? { ...where, isSilent: true } : { ...where, ...found };
}

function nameLook(part: Part, address: Address): string {
  return `${part} ${nameAddress(address)}`;
}

function nameAddress({ host, port }: Address): string {
  return `${host}:${port}`;
}

function findAddress(run: Run, part: Part): Address | undefined {
  switch (part) {
    case 'postgres':
    case 'redis':
    case 'rabbitmq':
      return run[part];
    case 'api':
    case 'bot':
      return readAddress(run[part]?.url);
    case 'notification-daemon':
      return readAddress(run.notificationDaemon?.url);
    case 'status-transition-daemon':
      return readAddress(run.statusTransitionDaemon?.url);
    default:
      return undefined;
  }
}

/** Where a part accepts connections. */
export type Address = { readonly host: string; readonly port: number };

/** The host and port of a URL, by default that of its scheme; undefined if it is no URL. */
export function readAddress(url: string | undefined): Address | undefined {
  if (url === undefined || !URL.canParse(url)) return undefined;
  const { hostname, port, protocol } = new URL(url);
  return { host: hostname.replace(/^\[|\]$/g, ''), port: Number(port) || (protocol === 'https:' ? 443 : 80) };
}

function acceptsConnections({ host, port }: Address): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: scaleToLoad(CONNECT_MS) });
    const end = (isReached: boolean) => {
      socket.destroy();
      resolve(isReached);
    };
    socket
      .once('connect', () => end(true))
      .once('timeout', () => end(false))
      .once('error', () => end(false));
  });
}
