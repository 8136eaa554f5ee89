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
/** What an exporter says of its own HTTP server, which nobody here asked for. */
const OWN_SERVER = /listening on|TLS is disabled|providing metrics/i;
const MAX_LINE_LENGTH = 4096;
const NOT_SHOWN: readonly string[] = ['ts', 'time', 'level', 'msg', 'caller', 'source'];

/** A line of an exporter's log (logfmt, as go-kit and logrus write it) as a line of the component's, without its time. */
export function logExporterLine(line: string, secrets: readonly string[], log: Logger): void {
  const shown = withoutSecrets(line, secrets).slice(0, MAX_LINE_LENGTH);
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
  // Older exporters have no message but an error: the words of it that do not change are the message of newer ones.
  const [, what = message, rest] = pairs.has('msg') ? [] : (/^(.*?) \(.*?\): (.*)$/.exec(message) ?? []);
  if (rest !== undefined) {
    fields.push(['err', rest]);
  }
  log(OWN_SERVER.test(what) ? 'debug' : level, what, Object.fromEntries(fields));
}

/** A short secret is only looked for as a whole word: replacing every "x" would hide nothing and spoil everything. */
function withoutSecrets(line: string, secrets: readonly string[]): string {
  return secrets.reduce((text, secret) => {
    if (secret === '') {
      return text;
    }
    const literal = secret.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
    return text.replace(new RegExp(secret.length < 6 ? `(?<!\\w)${literal}(?!\\w)` : literal, 'g'), '(secret)');
  }, line);
}
