import type { Milliseconds } from '../otlp/ids.ts';
import type { Silence } from '../run/endpoints.ts';

/** A question that got no answer; `silence` is there if the service has given none for long. */
export class NoAnswer extends Error {
  override readonly name = 'NoAnswer';
  readonly silence: Silence | undefined;
  constructor(message: string, silence: Silence | undefined) {
    super(message);
    this.silence = silence;
  }
}

/** `since` is when the oldest question was asked that had no answer since the last one. */
type Service = { open: number; since: Milliseconds | undefined; silence: Silence | undefined };

/** By their URLs, for the whole process: what one criterion has waited for, the next one need not wait for again. */
const services = new Map<string, Service>();

/** A service is silent that gives no answer for so many times what one question may take, or fewer where another one is silent. */
const SILENT_AFTER = 1.5;
const SILENT_AFTER_ANOTHER = 0.5;
/** The part of that time that a question to a silent service may take: it may be back. */
const PROBE = 0.1;

/**
 * Asks the service at `url`. `ask` is given how long it may take, in milliseconds: `timeout`, or what is left until the service
 * counts as silent, or a moment where it does. Any answer ends a silence. Throws {@link NoAnswer}.
 */
export async function askInTime<T>(
  url: string,
  timeout: Milliseconds,
  ask: (timeout: Milliseconds) => Promise<T>,
): Promise<T> {
  const service = services.get(url) ?? { open: 0, since: undefined, silence: undefined };
  services.set(url, service);
  service.since ??= readClock();
  service.open++;
  const limit = timeout * ([...services.values()].some(({ silence }) => silence) ? SILENT_AFTER_ANOTHER : SILENT_AFTER);
  const left = service.since + limit - readClock();
  try {
    const answer = await ask(Math.ceil(Math.max(PROBE * timeout, Math.min(timeout, left))));
    Object.assign(service, { since: service.open > 1 ? readClock() : undefined, silence: undefined });
    return answer;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const { since } = service;
    if (since !== undefined && readClock() - since >= limit) {
      service.silence ??= { since: Math.round(since), reason };
    }
    throw new NoAnswer(reason, service.silence);
  } finally {
    service.open--;
  }
}

/** Since when the service at this URL is silent; undefined where it is not. */
export function findSilence(url: string): Silence | undefined {
  return services.get(url)?.silence;
}

/** Whether one of the services at these URLs is silent. */
export function isSilent(urls: readonly string[]): boolean {
  return urls.some((url) => findSilence(url) !== undefined);
}

/** Milliseconds since the epoch, by a clock that nobody sets. */
function readClock(): Milliseconds {
  return performance.timeOrigin + performance.now();
}
