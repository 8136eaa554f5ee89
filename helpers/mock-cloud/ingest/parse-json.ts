import { DecodeError } from '../../otlp/message.ts';

/** The maximum number of values in a JSON body: parsed, a value may take many times the two bytes of its text. */
const MAX_VALUES = 2_500_000;
const OPENING_BRACE = 0x7b;
const OPENING_BRACKET = 0x5b;
const COMMA = 0x2c;

/** Parses a JSON body. Throws {@link DecodeError} if it is not JSON or has too many values. */
export function parseJson(body: Uint8Array): unknown {
  let values = 0;
  for (let at = 0; at < body.length; at++) {
    const byte = body[at];
    if (byte === OPENING_BRACE || byte === OPENING_BRACKET || byte === COMMA) values++;
  }
  if (values > MAX_VALUES) throw new DecodeError(`more than ${MAX_VALUES} JSON values in one body`);
  const text = Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString();
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new DecodeError(error instanceof Error ? error.message : String(error));
  }
}
