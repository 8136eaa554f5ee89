import { isInstanceLogin, isReference, type PastedLogin, plainLogin } from './pasted-login.ts';
import { readHeaderValue } from './read-header-value.ts';

/** Where a login stands in a text. */
type Form = { readonly example: string; readonly read: (text: string) => PastedLogin[] };

const WORD = String.raw`[^\s"'\x60,;}]+`;
const QUOTED = String.raw`(?:"[^"\n]*\n?"|'[^'\n]*\n?'|\x60[^\x60\n]*\n?\x60)`;
/** A word of a shell or a configuration, with or without quotes, of which one may be missing. */
const VALUE = `(${QUOTED}(?::?(?:${QUOTED}|${WORD}))?|${WORD}(?<=:)${QUOTED}|${WORD}|["'\`]${WORD})`;

const HEADER = /(?<![\w-])(["'`]?)authorization(["'`]?)\]?\s*([:=,]|%3[ad])[ \t]*(["'`]?)/gi;
const FIELD = new RegExp(
  String.raw`(?<![\w-])(?:(?:--(?:http-)?)(?:user|password)|username|password)["']?(?:[ \t]*[:=][ \t]*|(?<=--\S+)[ \t]+)${VALUE}`,
  'gi',
);
/** Other commands than those of HTTP take another user with the same option. */
const OPTION = new RegExp(
  String.raw`(?=-)(?<=(?:^|\n)[ \t]*|(?<![^\s/"'\x60(])(?:curl|https?|xhs?)(?:\.exe)?(?=[ \t])(?:(?![|;&]\s)[^\n]){0,4000}[ \t])(?:-[fgikLnNsSv]*[ua][ \t]*|--(?:user|auth)[= \t][ \t]*)${VALUE}`,
  'g',
);
const URL_LOGIN = /https?:\/\/([^\s/@"'`:]+:[^\s/@"'`]+)@/gi;

/** A request can have several of them at once. */
const FORMS: readonly Form[] = [
  {
    example: `Authorization: Basic …, "Authorization" = "Basic …", OTEL_EXPORTER_OTLP_HEADERS=Authorization=Basic%20…`,
    read: (text) =>
      [...text.matchAll(HEADER)].flatMap((match) => {
        const [whole, before = '', after, sign = '', opening] = match;
        const isQuoted = opening !== '' || (before !== '' && after === '');
        const value = text.slice(match.index + whole.length);
        return readEncodedValue(value, isQuoted, { sign, isVariable: sign === '=' && after === '' });
      }),
  },
  {
    example: 'username = "ID" password = "TOKEN", wget --user=ID --password=TOKEN',
    read: (text) => readPairs([...text.matchAll(FIELD)]),
  },
  {
    example: 'curl -u ID:TOKEN, curl -uID:TOKEN, curl --user ID:TOKEN, http -a ID:TOKEN',
    read: (text) => [...text.matchAll(OPTION)].map(([, login = '']) => plainLogin(unquote(login))),
  },
];

/** Tried in turn where there is none of those: a URL with a login may be that of a proxy. */
const LAST_FORMS: readonly Form[] = [
  {
    example: 'https://ID:TOKEN@host/path',
    read: (text) =>
      [...text.matchAll(URL_LOGIN)]
        .map(([, login = '']) => plainLogin(decodePercents(login), 'url'))
        .filter(({ login }) => isInstanceLogin(login)),
  },
  {
    example: 'Basic …, or what should follow it',
    read: (text) => {
      const [, opening = '', value = ''] = /^(["'`]*)([\s\S]*?)["'`\\\s]*$/.exec(text.trim()) ?? [];
      const isAlone = /^(?:[a-z]+[ \t]+)?\S+(?:\s+[\w+/-]+={0,2})*$/i.test(value);
      const found = readEncodedValue(`${value}${opening}`, opening !== '', { sign: '', isVariable: true });
      return isAlone ? found : [];
    },
  },
];

/** The different logins in what was pasted: a header, a configuration, a shell command, or what curl prints of a request. */
export function findLogins(pasted: string): PastedLogin[] {
  const text = normalize(pasted);
  const texts = [withoutComments(text), text].map(removeEscapes);
  const found = texts.map(findInText).find((logins) => logins.length > 0) ?? [];
  return [...new Map(found.map((login) => [JSON.stringify({ ...login, form: '' }), login])).values()];
}

function findInText(text: string): PastedLogin[] {
  const found = FORMS.flatMap(({ read }) => read(text));
  if (found.length > 0) return found;
  return LAST_FORMS.map(({ read }) => read(text)).find((logins) => logins.length > 0) ?? [];
}

function readEncodedValue(
  text: string,
  isQuoted: boolean,
  { sign, isVariable }: { sign: string; isVariable: boolean },
): PastedLogin[] {
  const isEncoded = /^(?:[a-z]+[ \t]+)?[^\s,"'`]*%[\da-f]{2}/i.test(text);
  const found = readHeaderValue((isEncoded ? decodePercents(text) : text).trimStart(), isQuoted);
  if (found === undefined) return [];
  if (/%3d/i.test(sign)) return [{ ...found, strayPercent: '%3D' }];
  return [isEncoded && !isVariable ? { ...found, strayPercent: '%20' } : found];
}

/** Each user with the password beside it; a database has both too. */
function readPairs(fields: readonly RegExpExecArray[]): PastedLogin[] {
  const logins: string[] = [];
  for (let index = 0; index + 1 < fields.length; index++) {
    const [first, second] = fields.slice(index, index + 2).map(([whole, value = '']) => ({
      isPassword: /^\W*(?:http-)?password/i.test(whole),
      value: unquote(value),
    }));
    if (first === undefined || second === undefined || first.isPassword === second.isPassword) continue;
    logins.push(first.isPassword ? `${second.value}:${first.value}` : `${first.value}:${second.value}`);
    index++;
  }
  return logins.filter((login) => isInstanceLogin(login) || isReference(login)).map((login) => plainLogin(login));
}

function unquote(value: string): string {
  return value.replaceAll(/["'`]/g, '');
}

/** What web pages and Windows do to a text. */
function normalize(text: string): string {
  return text
    .replaceAll(/\p{Cf}/gu, '')
    .replaceAll(/\r\n?/g, '\n')
    .replaceAll(/\p{Zs}/gu, ' ')
    .replaceAll(/[“”„]/g, '"')
    .replaceAll(/[‘’‚]/g, "'");
}

function withoutComments(text: string): string {
  return text.replaceAll(/(?<!\S)(?:\/\*[\s\S]{0,4000}?\*\/|(?:#|\/\/)[^\n]*)/g, '');
}

/** What shells and JSON do to a text. */
function removeEscapes(text: string): string {
  return text
    .replaceAll(/\\[ \t]*\n/g, ' ')
    .replaceAll(/(?:\\{1,9}r)?\\{1,9}n/g, '\n')
    .replaceAll(/\\{1,9}(?=[ "':=])/g, '');
}

/** Only the signs that a header holds: neither Base64 nor a token has a percent sign. */
function decodePercents(text: string): string {
  return text.replaceAll(/%(0a|20|2b|2c|2d|2f|3a|3d|5f)/gi, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16)));
}
