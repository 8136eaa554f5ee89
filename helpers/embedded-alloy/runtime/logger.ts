import type { Logger } from '../schema/component.ts';

export type LogLevel = Parameters<Logger>[0];
export type LogFields = Readonly<Record<string, string | number | boolean>>;

/** The settings of the `logging` block. */
export type LogSettings = { readonly level: LogLevel; readonly format: 'logfmt' | 'json' };

/** The log of the program. Lines are held back until `configure` has set level and format. */
export type Log = {
  readonly write: (level: LogLevel, message: string, fields: LogFields) => void;
  readonly configure: (settings: LogSettings) => void;
  /** Creates the logger of a component, which adds its id. */
  readonly forComponent: (id: string) => Logger;
};

const severities: readonly LogLevel[] = ['debug', 'info', 'warn', 'error'];

/** Creates a log that passes complete lines, without a newline, to `print`. */
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

/** Formats `key=value` pairs; values with spaces, quotes, equal signs or control characters are quoted. */
function logfmt(entry: LogFields): string {
  return Object.entries(entry)
    .map(([key, value]) => `${key.replace(/[\s="]/g, '_')}=${logfmtValue(String(value))}`)
    .join(' ');
}

function logfmtValue(value: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: finds the control characters that must not reach the log unescaped.
  return value === '' || /[\u0000-\u0020="\u007f\ufffd]/.test(value) ? JSON.stringify(value) : value;
}
