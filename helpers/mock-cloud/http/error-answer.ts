import { DecodeError } from '../../otlp/message.ts';
import type { Service } from '../auth/credentials.ts';
import type { Answer } from './answer.ts';
import { text } from './answer.ts';
import { BodyError } from './body.ts';
import { otlpError } from './otlp-api.ts';

/** The answer to a request that a route did not get through with; a fault of the mock itself is said, with its stack. */
export function errorAnswer(
  error: unknown,
  service: Service | undefined,
  contentType: string | undefined,
  say: (line: string) => void,
): Answer {
  const status = statusOf(error);
  const problem = error instanceof Error ? error.message : String(error);
  if (status === 500) say(`a fault of the mock itself: ${error instanceof Error ? error.stack : problem}`);
  return service === 'otlp' ? otlpError(status, problem, contentType) : text(status, `${problem}\n`);
}

/** 400 for what the client sent wrong: also an address that is no UTF-8, and a query nested beyond the stack. */
function statusOf(error: unknown): number {
  if (error instanceof BodyError) return error.status;
  return error instanceof DecodeError || error instanceof URIError || error instanceof RangeError ? 400 : 500;
}
