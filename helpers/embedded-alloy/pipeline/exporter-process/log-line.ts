import type { Logger } from '../../schema/component.ts';

const PAIR = /([\w.]+)=(?:"((?:[^"\\]|\\.)*)"|(\S*))/g;
const LEVELS: Readonly<Record<string, Parameters<Logger>[0]>> = {
  debug: 'debug',
  info: 'info',
  warn: 'warn',
  warning: 'warn',
  error: 'error',
  fatal: 'error',
  panic: 'error',
};
/** Lines about the exporter's own HTTP server, which is of no interest to the user. */
const OWN_SERVER = /listening on|TLS is disabled|providing metrics/i;
const MAX_LINE_LENGTH = 4096;
const NOT_SHOWN: readonly string[] = ['ts', 'time', 'level', 'msg', 'caller', 'source'];

/**
 * Logs a line of an exporter (logfmt, as written by go-kit and logrus) as a line of the component, without its time.
 */
export function logExporterLine(line: string, secrets: readonly string[], log: Logger): void {
  const shown = hideSecrets(line, secrets).slice(0, MAX_LINE_LENGTH);
  const pairs = new Map(
    [...shown.matchAll(PAIR)].map(([, key = '', quoted, plain = '']) => [
      key,
      quoted?.replace(/\\(.)/g, '$1') ?? plain,
    ]),
  );
  const level = LEVELS[pairs.get('level') ?? ''] ?? 'info';
  const message = pairs.get('msg') ?? pairs.get('err');
  if (message === undefined) {
    log(level, shown, {});
    return;
  }
  const fields = [...pairs].filter(([key]) => !NOT_SHOWN.includes(key));
  // Older exporters have an error instead of a message. Its constant part is the message of newer ones.
  const [, what = message, rest] = pairs.has('msg') ? [] : (/^(.*?) \(.*?\): (.*)$/.exec(message) ?? []);
  if (rest !== undefined) {
    fields.push(['err', rest]);
  }
  log(OWN_SERVER.test(what) ? 'debug' : level, what, Object.fromEntries(fields));
}

/** Replaces a short secret only as a whole word: replacing every "x" would make the line unreadable. */
function hideSecrets(line: string, secrets: readonly string[]): string {
  return secrets.reduce((text, secret) => {
    if (secret === '') {
      return text;
    }
    const literal = secret.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
    return text.replace(new RegExp(secret.length < 6 ? `(?<!\\w)${literal}(?!\\w)` : literal, 'g'), '(secret)');
  }, line);
}
