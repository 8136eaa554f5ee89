import type { ExpectStatic } from 'vitest';

/** What has become of the assertions of a criterion, each a number. */
export type Assertions = {
  /** Values of which something is expected. */
  expected: number;
  /** Those of them on which a matcher was called. */
  matched: number;
  /** Matchers that still wait. */
  waiting: number;
};

/** The same `expect`, and what becomes of its assertions: vitest counts `expect(…)` itself, without a matcher too. */
export function watchExpect(expect: ExpectStatic): { readonly expect: ExpectStatic; readonly assertions: Assertions } {
  const assertions = { expected: 0, matched: 0, waiting: 0 };
  const watchCall = (begin: (...values: never[]) => object) =>
    new Proxy(begin, {
      apply: (_, self, values) => {
        let isMatched = false;
        assertions.expected++;
        return watchMembers(Reflect.apply(begin, self, values), (result) => {
          if (!isMatched) assertions.matched++;
          isMatched = true;
          // What is no promise, though it can be awaited, is vitest's own: it fails a test that doesn't await that.
          if (!(result instanceof Promise)) return;
          assertions.waiting++;
          const settle = () => void assertions.waiting--;
          result.then(settle, settle);
        });
      },
      get: (_, name) => {
        const member: unknown = Reflect.get(begin, name);
        return typeof member === 'function' && (name === 'poll' || name === 'soft')
          ? watchCall(member as typeof begin)
          : member;
      },
    });
  return { expect: watchCall(expect) as ExpectStatic, assertions };
}

/** The same object, or method of `owner`; `onCall` is given what its methods return, and those of its members. */
function watchMembers<T extends object>(watched: T, onCall: (result: unknown) => void, owner?: object): T {
  return new Proxy(watched, {
    get: (_, name) => {
      const member: unknown = Reflect.get(watched, name);
      const isWatched = typeof member === 'function' || (typeof member === 'object' && member !== null);
      return isWatched ? watchMembers(member, onCall, watched) : member;
    },
    apply: (method, _, values) => {
      const result: unknown = Reflect.apply(method as () => unknown, owner, values);
      onCall(result);
      return result;
    },
  });
}
