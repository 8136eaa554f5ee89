/** A login as it was pasted; it holds the secret. */
export type PastedLogin = {
  /** `plain` is the ID and token as `curl -u` takes them, which the client encodes itself. */
  readonly form: 'header' | 'plain';
  /** `Basic` or `Bearer`, as it was written; empty where there is none. */
  readonly scheme: string;
  readonly login: string;
  /** Whether `%20` and the like stand in a header that nobody decodes. */
  readonly hasStrayPercents: boolean;
};

const BASE64 = String.raw`[\w+/-]+={0,2}`;
/** Ends where a list, a quote or a word ends, but goes on where `base64` wrapped its output. */
const VALUE = new RegExp(
  String.raw`^(?:(basic|bearer)\s+)?([^\s,;\]}"'\x60]+(?:[ \t]*\n[ \t]*${BASE64}(?=[ \t]*(?:\n|$|["'\x60,\]]))|[ \t]+${BASE64}(?=["'\x60])|[ \t]+[\w+/]{20,}={0,2}(?=[ \t]*(?:\n|$)))*)`,
  'i',
);
const QUOTED = String.raw`["'\x60]?([^\s"'\x60,;]+)`;

/** Where a login stands, the first form that fits; each of its matches ends with the value, or has ID and token. */
const FORMS: readonly { readonly example: string; readonly read: (text: string) => PastedLogin[] }[] = [
  {
    example: `Authorization: Basic …, "Authorization" = "Basic …", OTEL_EXPORTER_OTLP_HEADERS=Authorization=Basic%20…`,
    read: (text) =>
      [...text.matchAll(/(?<![\w-])(["'`]?)authorization(["'`]?)\s*([:=])[ \t]*["'`]?/gi)].flatMap((match) => {
        const [whole, , quote, sign] = match;
        const isVariable = sign === '=' && quote === '';
        return readValue(text.slice(match.index + whole.length), isVariable);
      }),
  },
  {
    example: 'username = "ID" password = "TOKEN", wget --user=ID --password=TOKEN',
    read: (text) => {
      const [ids, tokens] = ['user(?:name)?', 'password'].map((name) =>
        [...text.matchAll(new RegExp(String.raw`(?<![\w])${name}["']?\s*[:=]\s*${QUOTED}`, 'gi'))].map(
          ([, value]) => value,
        ),
      );
      return (ids ?? []).flatMap((id, index) => (tokens?.[index] ? [plain(`${id}:${tokens[index]}`)] : []));
    },
  },
  {
    example: 'curl -u ID:TOKEN, curl -uID:TOKEN, curl --user ID:TOKEN, http -a ID:TOKEN',
    read: (text) =>
      [...text.matchAll(new RegExp(String.raw`(?<!\S)(?:-[ua]\s*|--(?:user|auth)[=\s]\s*)${QUOTED}`, 'g'))].map(
        ([, login = '']) => plain(login),
      ),
  },
  {
    example: 'Basic …, or what should follow it',
    read: (text) => {
      const bare = text.trim().replace(/^["'`]+/, '');
      const [whole = ''] = VALUE.exec(bare) ?? [];
      const isAlone = /^["'`\\\s]*$/.test(bare.slice(whole.length));
      const isLogin = /^(?:basic|bearer)\s/i.test(bare) || /^(?:gl[cs]a?_|[\w+/-]{16,}={0,2}\s*$|\d+:gl)/.test(whole);
      return isAlone && isLogin ? readValue(bare, true) : [];
    },
  },
];

/** The different logins in what was pasted: a header, a configuration, a shell command, or what curl prints of a request. */
export function findLogins(pasted: string): PastedLogin[] {
  const text = normalize(pasted);
  const found = FORMS.map(({ read }) => read(text)).find((logins) => logins.length > 0) ?? [];
  return [...new Map(found.map((login) => [JSON.stringify(login), login])).values()];
}

function readValue(text: string, isVariable: boolean): PastedLogin[] {
  const isEncoded = /^[^\s,"'`]*%[\da-f]{2}/i.test(text.replace(/^(?:basic|bearer)\s+/i, ''));
  const [, scheme = '', login] = VALUE.exec(isEncoded ? decodePercents(text) : text) ?? [];
  return login === undefined ? [] : [{ form: 'header', scheme, login, hasStrayPercents: isEncoded && !isVariable }];
}

function plain(login: string): PastedLogin {
  return { form: 'plain', scheme: '', login, hasStrayPercents: false };
}

/** What web pages, Windows and shells do to a text. */
function normalize(text: string): string {
  return text
    .replaceAll(/\p{Cf}/gu, '')
    .replaceAll(/\r\n?/g, '\n')
    .replaceAll(/\p{Zs}/gu, ' ')
    .replaceAll(/[“”„]/g, '"')
    .replaceAll(/[‘’‚]/g, "'")
    .replaceAll(/\\[ \t]*\n/g, ' ')
    .replaceAll(/\\(?=[ "':=])/g, '');
}

/** Only the signs that a header holds: neither Base64 nor a token has a percent sign. */
function decodePercents(text: string): string {
  return text.replaceAll(/%(0a|20|2b|2c|2d|2f|3a|3d|5f)/gi, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16)));
}
