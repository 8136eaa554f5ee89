import type { Rule } from './diagnose.ts';

const noAnswer: Rule = ({ alloyAnswers, alloyLog, run }) =>
  alloyAnswers
    ? undefined
    : {
        cause: `Alloy gives no answer at ${run.alloy.url}${alloyLog.length > 0 ? `; its log ends with: ${alloyLog.at(-1)}` : ''}`,
        fix: 'Look at why it ended: a configuration that can’t be evaluated ends it with exit 1 and the line that is wrong',
      };

const unhealthy: Rule = ({ unhealthy }) => {
  const [first] = unhealthy;
  return first === undefined
    ? undefined
    : {
        cause: `${unhealthy.map(({ id }) => id).join(', ')} ${unhealthy.length === 1 ? 'is' : 'are'} not healthy: ${first.message}`,
        fix: /address already in use|EADDRINUSE/.test(first.message)
          ? 'Another program holds that port: end it, or give Alloy another address (ALLOY_OTLP_GRPC_LISTEN, ALLOY_OTLP_HTTP_LISTEN)'
          : `Mend ${first.id} in the configuration; /api/v0/web/components tells its state`,
      };
};

/** What can be wrong with Alloy as a whole, whichever way the datum goes. */
export const ALLOY_RULES: readonly Rule[] = [noAnswer, unhealthy];
