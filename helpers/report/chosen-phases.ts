const CHOSEN = 'ALLOY_VERIFY_PHASES';

/** The spec files that `verify` was asked for, which run as one; none where vitest was started by itself. */
export function readChosenPhases(): string[] {
  return (process.env[CHOSEN] ?? '').split(':').filter((file) => file !== '');
}

/** Has these spec files run as one, in this process and those that it starts. */
export function choosePhases(files: readonly string[]): void {
  process.env[CHOSEN] = files.join(':');
}
