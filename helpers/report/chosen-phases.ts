const CHOSEN = 'ALLOY_VERIFY_PHASES';

/** The spec files that `verify` was started for, which run as one; empty if vitest was started directly. */
export function readChosenPhases(): string[] {
  return (process.env[CHOSEN] ?? '').split(':').filter((file) => file !== '');
}

/** Chooses the spec files that run as one, for this process and those that it starts. */
export function choosePhases(files: readonly string[]): void {
  process.env[CHOSEN] = files.join(':');
}
