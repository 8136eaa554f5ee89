import { DecodeError } from '../../../otlp/message.ts';

/** An integer too long to be exact as a JavaScript number. */
const LONG_INTEGER = /[:[,]\s*-?\d{16,}/;
const MAX_DEPTH = 256;

/**
 * Parses OTLP/JSON and passes it to `read`. Unquoted 64-bit numbers keep all their digits.
 * @throws DecodeError with the message of Alloy: what was expected, and the text around the position
 */
export function parseJson<T>(text: string, read: (json: unknown) => T): T {
  let json: unknown;
  try {
    json = LONG_INTEGER.test(text) ? JSON.parse(text, keepLongIntegers) : JSON.parse(text);
  } catch {
    const broken = findBreak(text);
    throw new DecodeError(`${broken.reason}, ${formatSurrounding(text, broken.at)}`);
  }
  try {
    return read(json);
  } catch (error) {
    throw error instanceof DecodeError ? locate(text, error) : error;
  }
}

function keepLongIntegers(
  this: unknown,
  _key: string,
  value: unknown,
  context?: { readonly source?: string },
): unknown {
  const source = context?.source ?? '';
  return typeof value === 'number' && !Number.isSafeInteger(value) && /^-?\d+$/.test(source) ? source : value;
}

function locate(text: string, error: DecodeError): DecodeError {
  if (error.path === undefined) {
    return error;
  }
  const { at } = findBreak(text, error.path);
  const shown = error.problem === 'bad ID' ? 'ID.UnmarshalJSONIter: length mismatch' : error.message;
  return new DecodeError(`${shown}, ${formatSurrounding(text, at)}`);
}

/** The position as Alloy shows it: with ten characters around it, then with fifty. */
function formatSurrounding(text: string, at: number): string {
  const cut = (reach: number): string => text.slice(Math.max(0, at - reach), at + reach);
  return `error found in #${Math.min(10, at)} byte of ...|${cut(10)}|..., bigger context ...|${cut(50)}|...`;
}

type Break = { readonly at: number; readonly reason: string };

/** The position where `text` stops being JSON or, with `path`, where the value at that path ends. */
function findBreak(text: string, path?: string): Break {
  const scan = scanner(text, path);
  try {
    scan();
  } catch (found) {
    if (typeof found === 'object' && found !== null && 'at' in found && 'reason' in found) {
      return { at: Number(found.at), reason: String(found.reason) };
    }
    throw found;
  }
  return { at: text.length, reason: 'there are bytes left after unmarshal' };
}

function scanner(text: string, wanted: string | undefined): () => void {
  let at = 0;
  const stop = (reason: string): never => {
    throw { at, reason } satisfies Break;
  };
  const next = (): string => {
    while (/[ \t\r\n]/.test(text[at] ?? '')) at++;
    const found = text[at] ?? '\0';
    at = Math.min(at + 1, text.length);
    return found;
  };
  const string = (): string => {
    const start = at;
    for (;;) {
      const quote = text.indexOf('"', at);
      if (quote < 0) {
        at = text.length;
        return stop('ReadString: unexpected end of input');
      }
      at = quote + 1;
      let slashes = 0;
      while (text[quote - 1 - slashes] === '\\') slashes++;
      if (slashes % 2 === 0) return text.slice(start, quote);
    }
  };
  const value = (path: string, depth: number): void => {
    if (depth > MAX_DEPTH) stop('exceeded max depth');
    const first = next();
    if (first === '{') object(path, depth);
    else if (first === '[') array(path, depth);
    else if (first === '"') string();
    else {
      at = Math.max(0, at - 1);
      const scalar = /^(?:true|false|null|-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?)/.exec(text.slice(at, at + 400));
      if (scalar === null) stop(`Skip: do not know how to skip: ${first.charCodeAt(0)}`);
      at += scalar?.[0].length ?? 0;
    }
    if (path === wanted) stop('');
  };
  const object = (path: string, depth: number): void => {
    let found = next();
    if (found === '}') return;
    for (;;) {
      if (found !== '"') stop(`ReadObject: expect " after {, but found ${found}`);
      const key = string();
      found = next();
      if (found !== ':') stop(`ReadObject: expect : after object field, but found ${found}`);
      value(path === '' ? key : `${path}.${key}`, depth + 1);
      found = next();
      if (found === '}') return;
      if (found !== ',') stop(`ReadObject: expect , or } after object value, but found ${found}`);
      found = next();
    }
  };
  const array = (path: string, depth: number): void => {
    if (next() === ']') return;
    at--;
    for (let index = 0; ; index++) {
      value(`${path}[${index}]`, depth + 1);
      const found = next();
      if (found === ']') return;
      if (found !== ',') stop(`ReadArray: expect ] in the end, but found ${found}`);
    }
  };
  return () => value('', 0);
}
