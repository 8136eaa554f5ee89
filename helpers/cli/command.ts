import { CannotRun } from '../run/cannot-run.ts';
import { SettingsError } from '../settings/settings.ts';

/**
 * Runs a command to its end and sets the exit code that it returns: 2, with what is missing on stderr, where it throws
 * `CannotRun` or `SettingsError`. Anything else that it throws is a fault of the project and keeps its stack trace.
 */
export async function runCommand(main: () => Promise<number | undefined>): Promise<void> {
  try {
    const code = await main();
    if (code !== undefined) process.exitCode = code;
  } catch (error) {
    const message = describeRefusal(error);
    if (message === undefined) throw error;
    process.stderr.write(message);
    process.exitCode = 2;
  }
}

/** What a command prints where it can't run; undefined for an error of any other kind. */
export function describeRefusal(error: unknown): string | undefined {
  if (error instanceof CannotRun) return `Cannot run: ${error.message}\nFix: ${error.fix}\n`;
  if (error instanceof SettingsError) return `${error.message}\n`;
  return undefined;
}
