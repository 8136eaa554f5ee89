import { quote } from '../../language/syntax/quote.ts';
import { block, optional, optionalBlock, required } from '../../schema/schema.ts';
import { bool, duration, list, logsReceiver, oneOf, string, target } from '../../schema/types.ts';

const compressionFormat = oneOf(
  ['gz', 'z', 'bz2'],
  '',
  (text) => `unsupported compression format: ${quote(text)} - please use one of "gz, z, bz2"`,
);

const onPositionsFileError = oneOf(
  ['skip', 'restart_from_end', 'restart_from_beginning'],
  '',
  (text) => `unknown OnPositionsFileError value: ${text}`,
);

/** `loki.source.file` (Alloy 1.18 reference): checked; the engine can't run it. */
export const lokiSourceFileBlock = block({
  targets: required(list(target)),
  forward_to: required(list(logsReceiver)),
  encoding: optional(string),
  decompression: optionalBlock(
    block({ enabled: required(bool), initial_delay: optional(duration), format: required(compressionFormat) }),
  ),
  file_watch: optionalBlock(block({ min_poll_frequency: optional(duration), max_poll_frequency: optional(duration) })),
  file_match: optionalBlock(
    block({ enabled: optional(bool), sync_period: optional(duration), ignore_older_than: optional(duration) }),
  ),
  tail_from_end: optional(bool),
  legacy_positions_file: optional(string),
  on_positions_file_error: optional(onPositionsFileError),
});
