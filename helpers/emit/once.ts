/** The same act for all callers: done for the first one, whose result the others get. */
export function once<Given extends unknown[], Result>(
  act: (...given: Given) => Promise<Result>,
): (...given: Given) => Promise<Result> {
  let result: Promise<Result> | undefined;
  return (...given) => {
    result ??= act(...given);
    return result;
  };
}

/** Looks until something is found, and then gives that again: a queue that others read may not have it a moment later. */
export function keepFound<T>(find: () => Promise<T | undefined>): () => Promise<T | undefined> {
  let found: T | undefined;
  return async () => {
    found ??= await find();
    return found;
  };
}
