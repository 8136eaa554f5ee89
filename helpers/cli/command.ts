import { parseArgs } from 'node:util';
import { toLines } from '../findings/plain-text.ts';
import { CannotRun } from '../run/cannot-run.ts';
import { SettingsError } from '../settings/settings-error.ts';

/** A command of package.json, as a person calls it. */
export type Command = {
  /** How it is called, and in the lines after that what it does. */
  readonly usage: string;
  /** Whether it takes names, such as those of phases; by default it refuses them. */
  readonly takesNames?: boolean;
  /** The options that it takes beside `--help`, without their dashes. */
  readonly flags?: readonly string[];
  /** The options that take a value. */
  readonly values?: readonly string[];
};

/** What stood behind the command. */
export type CommandLine = {
  readonly names: readonly string[];
  readonly flags: ReadonlySet<string>;
  readonly values: ReadonlyMap<string, string>;
};

/**
 * Runs a command and sets the exit code that it returns. `--help` prints its usage, and what it does not take ends it with
 * exit code 2; so does `CannotRun` or `SettingsError`, with what is missing on stderr. Anything else that it throws is a
 * fault of the project and keeps its stack trace.
 */
export async function runCommand(
  command: Command,
  main: (line: CommandLine) => Promise<number | undefined>,
): Promise<void> {
  try {
    const line = parseCommandLine(command);
    if (line.flags.has('help')) {
      process.stdout.write(`${command.usage}\n`);
      return;
    }
    const code = await main(line);
    if (code !== undefined) process.exitCode = code;
  } catch (error) {
    const message = describeRefusal(error);
    if (message === undefined) throw error;
    process.stderr.write(message);
    process.exitCode = 2;
  }
}

/**
 * Does what vitest's set-up has to do. Where that can't be done, it ends the process as a command does: vitest itself would
 * show a stack trace and end with the exit code of a test that failed.
 */
export async function endIfRefused<T>(action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    const message = describeRefusal(error);
    if (message === undefined) throw error;
    process.stderr.write(message);
    process.exit(2);
  }
}

/** What a command prints where it can't run; undefined for an error of any other kind. */
export function describeRefusal(error: unknown): string | undefined {
  if (!(error instanceof CannotRun || error instanceof SettingsError)) return undefined;
  return `Cannot run: ${toLines(error.message)}\nFix: ${toLines(error.fix)}\n`;
}

function parseCommandLine({ usage, takesNames = false, flags = [], values: texts = [] }: Command): CommandLine {
  const [command = ''] = usage.split('\n', 1);
  const help = { type: 'boolean', short: 'h' } as const;
  const options = Object.fromEntries([
    ...flags.map((flag) => [flag, { type: 'boolean' as const }] as const),
    ...texts.map((name) => [name, { type: 'string' as const }] as const),
  ]);
  try {
    const { positionals, values } = parseArgs({ allowPositionals: takesNames, options: { ...options, help } });
    const given = Object.entries(values);
    return {
      names: positionals,
      flags: new Set(given.flatMap(([name, value]) => (value === true ? [name] : []))),
      values: new Map(given.flatMap(([name, value]) => (typeof value === 'string' ? [[name, value] as const] : []))),
    };
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ERR_PARSE_ARGS_INVALID_OPTION_VALUE') {
      throw new CannotRun('an option lacks its value, or has one that it does not take.', `call it as ${command}.`);
    }
    const unknown = process.argv
      .slice(2)
      .find((word) => word.startsWith('-') === (code === 'ERR_PARSE_ARGS_UNKNOWN_OPTION'));
    throw new CannotRun(
      `unknown ${code === 'ERR_PARSE_ARGS_UNKNOWN_OPTION' ? 'option' : 'argument'} ${unknown}.`,
      `call it as ${command}.`,
    );
  }
}
