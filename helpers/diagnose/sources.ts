import { connect } from 'node:net';
import type { SourceFault } from '../findings/finding.ts';
import { isServicePart, type Part } from '../run/part.ts';
import type { Run } from '../run/run.ts';
import { probePostgres } from './probes/postgres.ts';
import { type Probe, type Probed, SILENT } from './probes/probe.ts';
import { probeRabbitmq } from './probes/rabbitmq.ts';
import { probeRedis } from './probes/redis.ts';
import { probeService } from './probes/service.ts';

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

/** How long a part has to be away, or to be silent, until it counts as lost. */
const LOST_MS = 2000;
/** The minimum time between two looks at a part. */
const LOOK_MS = 500;

type Look = { isRunning: boolean; lastMs: number; lostSinceMs: number | undefined };

/** By address, for the whole process: what one criterion has seen, the next one need not wait for again. */
const looks = new Map<string, Look>();

/**
 * Looks at parts in the background, and returns whether one of them has given no answer for seconds. What was seen while nobody
 * looked counts as long as it is new.
 */
export function isAnyLost(run: Run, parts: readonly Part[], now = performance.now()): boolean {
  return parts.map((part) => isLost(run, part, now)).includes(true);
}

function isLost(run: Run, part: Part, now: number): boolean {
  const address = findAddress(run, part);
  if (address === undefined) return false;
  const key = `${address.host}:${address.port}`;
  const look = looks.get(key) ?? { isRunning: false, lastMs: Number.NEGATIVE_INFINITY, lostSinceMs: undefined };
  looks.set(key, look);
  if (!look.isRunning && now - look.lastMs >= LOOK_MS) {
    look.isRunning = true;
    void examine(run, part).then((found) => {
      const isGone = found !== undefined && !('fault' in found);
      look.isRunning = false;
      look.lastMs = performance.now();
      look.lostSinceMs = isGone ? (look.lostSinceMs ?? now) : undefined;
    });
  }
  return look.lostSinceMs !== undefined && look.lastMs - look.lostSinceMs >= LOST_MS && now - look.lastMs < LOST_MS * 2;
}

const PROBES: Readonly<Partial<Record<Part, Probe>>> = {
  postgres: probePostgres,
  redis: probeRedis,
  rabbitmq: probeRabbitmq,
};

async function examine(run: Run, part: Part): Promise<Unreachable | FaultySource | undefined> {
  const address = findAddress(run, part);
  if (address === undefined) return undefined;
  const where = { part, address: `${address.host}:${address.port}` };
  if (!(await acceptsConnections(address))) return where;
  const probe = PROBES[part] ?? probeService(part);
  const found: Probed = await probe(run).catch(() => undefined);
  if (found === undefined) return undefined;
  return found === SILENT ? { ...where, isSilent: true } : { ...where, ...found };
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
    const socket = connect({ host, port, timeout: CONNECT_MS });
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
