import type { Milliseconds } from '../otlp/ids.ts';
import type { ServicePart } from './part.ts';

/** An answer of a service with another status than it should have. */
export type OtherAnswer = {
  readonly service: ServicePart;
  /** What was asked: `POST /api/guilds`, or the name of an event. */
  readonly request: string;
  readonly status: number;
  readonly wanted: number;
  /** The start of its body. */
  readonly body: string;
  /** When it was asked, in milliseconds since the epoch. */
  readonly askedAt: Milliseconds;
};

/** The characters that are kept of a body. */
const MAX_BODY = 200;

/** A service has answered with another status than it should. */
export class UnexpectedAnswer extends Error {
  override readonly name = 'UnexpectedAnswer';
  readonly answer: OtherAnswer;

  constructor({ body, ...answer }: OtherAnswer) {
    const kept = body.length > MAX_BODY ? `${body.slice(0, MAX_BODY)}…` : body;
    const { service, request, status, wanted } = answer;
    super(`${service} answered ${request} with ${status}, not ${wanted}${kept === '' ? '' : `: ${kept}`}`);
    this.answer = { ...answer, body: kept };
  }
}
