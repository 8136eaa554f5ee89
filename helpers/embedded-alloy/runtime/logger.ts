import type { Logger } from '../schema/component.ts';

export type LogLevel = Parameters<Logger>[0];
export type LogFields = Readonly<Record<string, string | number | boolean>>;

/** What the `logging` block says about the engine's log. */
export type LogSettings = { readonly level: LogLevel; readonly format: 'logfmt' | 'json' };

/** The log of the whole program. Lines wait until `configure` has said which of them are wanted, and how. */
export type Log = {
  readonly write: (level: LogLevel, message: string, fields: LogFields) => void;
  readonly configure: (settings: LogSettings) => void;
  /** The logger of a component: adds its id. */
  readonly forComponent: (id: string) => Logger;
};

const severities: readonly LogLevel[] = ['debug', 'info', 'warn', 'error'];

/** Makes a log that hands finished lines, without a newline, to `print`. */
export function createLog(print: (line: string) => void): Log {
  let settings: LogSettings | undefined;
  let waiting: { level: LogLevel; entry: LogFields }[] = [];

  function emit(level: LogLevel, entry: LogFields, { level: minLevel, format }: LogSettings): void {
    if (severities.indexOf(level) >= severities.indexOf(minLevel)) {
      print(format === 'json' ? JSON.stringify(entry) : logfmt(entry));
    }
  }

  function write(level: LogLevel, message: string, fields: LogFields): void {
    const entry = { ts: new Date().toISOString(), level, msg: message, ...fields };
    if (settings === undefined) {
      waiting.push({ level, entry });
    } else {
      emit(level, entry, settings);
    }
  }

  return {
    write,
    configure(chosen) {
      settings = chosen;
      for (const { level, entry } of waiting) {
        emit(level, entry, chosen);
      }
      waiting = [];
    },
    forComponent:
      (id) =>
      (level, message, fields = {}) =>
        write(level, message, { component_path: '/', component_id: id, ...fields }),
  };
}

/** `key=value` pairs; values with spaces, quotes, equal signs or control characters are quoted. */
function logfmt(entry: LogFields): string {
  return Object.entries(entry)
    .map(([key, value]) => `${key.replace(/[\s="]/g, '_')}=${logfmtValue(String(value))}`)
    .join(' ');
}

function logfmtValue(value: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what must not reach the log as they are.
  return value === '' || /[\u0000-\u0020="\u007f\ufffd]/.test(value) ? JSON.stringify(value) : value;
}
