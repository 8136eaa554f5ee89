import { DecodeError } from '../../otlp/message.ts';

/** The values that a JSON body may hold: parsed, each takes many times the two bytes in which it may be written. */
const MOST_VALUES = 2_500_000;
const OPENING_BRACE = 0x7b;
const OPENING_BRACKET = 0x5b;
const COMMA = 0x2c;

/** A parsed JSON body. Throws {@link DecodeError} where it is not JSON, or holds more values than memory should. */
export function parseJson(body: Uint8Array): unknown {
  let values = 0;
  for (let at = 0; at < body.length; at++) {
    const byte = body[at];
    if (byte === OPENING_BRACE || byte === OPENING_BRACKET || byte === COMMA) values++;
  }
  if (values > MOST_VALUES) throw new DecodeError(`more than ${MOST_VALUES} JSON values in one body`);
  const written = Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString();
  try {
    return JSON.parse(written);
  } catch (error) {
    throw new DecodeError(error instanceof Error ? error.message : String(error));
  }
}
