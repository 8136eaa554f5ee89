import { quote } from '../../language/syntax/quote.ts';
import { type ArgsOf, block, optional } from '../../schema/schema.ts';
import { list, logsReceiver, oneOf } from '../../schema/types.ts';

const levels = ['debug', 'info', 'warn', 'error', ''] as const;

/** The `logging` config block (Alloy 1.18 reference). An empty level or format is the default. */
export const loggingBlock = block({
  level: optional(
    oneOf(levels, '', (text) => `unrecognized log level ${quote(text)}`),
    'info',
  ),
  format: optional(
    oneOf(['logfmt', 'json', ''], '', (text) => `unrecognized log format ${quote(text)}`),
    'logfmt',
  ),
  destination: optional(
    oneOf(['stderr', 'windows_event_log'], 'stderr', (text) => `unrecognized log destination ${quote(text)}`),
  ),
  write_to: optional(list(logsReceiver)),
});

export type LoggingArgs = ArgsOf<typeof loggingBlock>;
