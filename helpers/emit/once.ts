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
