import { quote } from '../../../language/syntax/quote.ts';
import { formatDuration } from '../../duration.ts';
import { block, optional } from '../../schema.ts';
import { bool, duration, map, string } from '../../types.ts';
import { checkHttpClient, httpClient } from '../http-client.ts';

/** The `livedebugging` config block (Alloy 1.18 reference): accepted; the engine has no live debugging. */
export const livedebuggingBlock = block({ enabled: optional(bool) });

/** The `labelstore` config block: no arguments. */
export const labelstoreBlock = block({});

const shortestPoll = 10_000;

/** The `remotecfg` config block: checked; the engine fetches no configuration. */
export const remotecfgBlock = block(
  {
    url: optional(string),
    id: optional(string),
    name: optional(string),
    attributes: optional(map(string)),
    poll_frequency: optional(duration, 60_000),
    ...httpClient,
  },
  (args) => {
    if (args.poll_frequency < shortestPoll) {
      return `poll_frequency must be at least "10s", got ${quote(formatDuration(args.poll_frequency))}`;
    }
    return Object.keys(args.attributes).some((name) => name.startsWith('collector.'))
      ? '"collector" is a reserved namespace for remotecfg attribute keys'
      : checkHttpClient(args);
  },
);
