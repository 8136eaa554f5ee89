import type { Rule } from './diagnose.ts';

const noAnswer: Rule = ({ alloyAnswers, alloyLog, run }) => {
  if (alloyAnswers) return undefined;
  const wrong = alloyLog.find((line) => /^Error: .+:\d+:\d+: /.test(line));
  if (wrong !== undefined) {
    return {
      cause: `Alloy did not start: ${wrong.replace('Error: ', '')}`,
      fix: 'Mend the configuration at that line',
    };
  }
  const last = alloyLog.at(-1);
  return {
    cause: `Alloy gives no answer at ${run.alloy.url}${last === undefined ? '' : `; its log ends with: ${last}`}`,
    fix: 'Look at why it ended, or at its address',
  };
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
