import type { Rule } from './diagnose.ts';

/** What is measured can't be reached: of a series that names a source only that source can be the cause. */
export const sourceGone: Rule = ({ asked, unreachable }) => {
  const gone = unreachable.find(({ pattern }) => asked === '' || pattern.test(asked));
  return gone === undefined
    ? undefined
    : {
        cause: `${gone.name} gives no answer at ${gone.address}`,
        fix: `Start ${gone.name}, or correct ${gone.variable} where it was given`,
      };
};
