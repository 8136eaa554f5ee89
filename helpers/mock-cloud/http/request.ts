import type { IncomingHttpHeaders } from 'node:http';
import type { Answer } from './answer.ts';

/** A request after its login, as the routes see it. */
export type MockRequest = {
  readonly method: string;
  /** Below the service's prefix, without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  /** Reads the body; rejects with a BodyError. */
  readonly body: () => Promise<Buffer>;
};

/** What a service's paths answer; undefined for a path that it does not serve. */
export type Routes = (request: MockRequest) => Promise<Answer | undefined> | Answer | undefined;
