import { isInstanceLogin, isReference, type PastedLogin } from './pasted-login.ts';

const MAX_LAYERS = 4;
const MIN_ENCODED = 16;

const SCHEME = '(basic|bearer|digest|negotiate|ntlm|oauth|dpop|hawk|token|apikey|aws4-hmac-sha256)[ \\t]+';
const BASE64 = String.raw`[\w+/-]`;
const BREAK = String.raw`(?:[ \t]*\n[ \t]*|[ \t]+)`;
/** The lines that PEM (64) and MIME and `base64` (76) make; any other line is followed by something else. */
const WRAPPED = `(?:(?:${BASE64}{64}${BREAK})+|(?:${BASE64}{76}${BREAK})+)${BASE64}{1,76}={0,2}(?=[ \\t]*(?:\\n|$|["'\`,\\]}]))`;
const WORD = String.raw`[^\s,;\]}"'\x60]+`;
const EXPRESSION = String.raw`["'\x60][ \t]*\+`;
const QUOTED = String.raw`${BASE64}+={0,2}(?:\s+${BASE64}+={0,2})+\s*(?=["'\x60])`;

/**
 * Reads the value of an `Authorization` header at the start of a text; undefined where none stands there.
 * @param isQuoted whether a quote opened before it
 */
export function readHeaderValue(text: string, isQuoted: boolean): PastedLogin | undefined {
  const login = [...(isQuoted ? [QUOTED] : []), WRAPPED, WORD, EXPRESSION].join('|');
  const [, scheme = '', known] = new RegExp(`^${SCHEME}(${login})`, 'i').exec(text) ?? [];
  if (known !== undefined) return decodeValue(scheme, known);
  return ['', String.raw`[a-z-]+[ \t]+`]
    .flatMap((start) => new RegExp(`^${start}(${login})`, 'i').exec(text)?.slice(1) ?? [])
    .filter(isLogin)
    .map((found) => decodeValue('', found))[0];
}

function decodeValue(scheme: string, encoded: string): PastedLogin {
  const compact = encoded.replaceAll(/\s/g, '');
  return { form: 'header', scheme, ...decode(compact), isBroken: compact !== encoded };
}

/** Without a scheme it could be any word. */
function isLogin(word: string): boolean {
  const { login, layers } = decodeValue('', word);
  if (layers > 0) return word.length >= MIN_ENCODED;
  return isInstanceLogin(login) || (isReference(login) && /^\$|\(/.test(login));
}

/** Decodes until a login shows, or nothing more can be decoded. */
function decode(text: string): { login: string; layers: number } {
  let login = text;
  for (let layers = 0; layers < MAX_LAYERS; layers++) {
    // Base64 has no colon, and no token has the length and signs of both.
    if (login.includes(':') || /^gl[cs]a?_/.test(login) || !/^[\w+/-]+={0,2}\s*$/.test(login)) return { login, layers };
    const decoded = Buffer.from(login, 'base64').toString('utf8');
    if (!/^[\x20-\x7e\r\n\t]+$/.test(decoded)) return { login, layers };
    login = decoded;
  }
  return { login, layers: MAX_LAYERS };
}
