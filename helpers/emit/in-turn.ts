let last: Promise<unknown> = Promise.resolve();

/**
 * Does something when all that was given before has been done: what a criterion counts, caches or empties, another one of its
 * phase must not touch meanwhile. Waiting for the telemetry belongs outside: a search may lag behind by half a minute.
 */
export function inTurn<T>(act: () => Promise<T>): Promise<T> {
  const result = last.then(act);
  last = result.catch(() => undefined);
  return result;
}
