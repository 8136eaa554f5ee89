/** What a route answers. */
export type Answer = {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  /** Why something was refused, if the body does not say it as text. */
  readonly problem?: string;
  /** Whether nothing is served at the path, as opposed to nothing being found there. */
  readonly isUnknownPath?: true;
};

/** `value` as JSON. */
export function answerJson(status: number, value: unknown): Answer {
  return { status, headers: { 'content-type': 'application/json' }, body: JSON.stringify(value) };
}

/** Plain text, as Tempo and Loki answer errors. */
export function answerText(status: number, body: string): Answer {
  return { status, headers: { 'content-type': 'text/plain; charset=utf-8' }, body };
}

/** What the Go programs answer on a path that they do not serve. */
export function answerNotFound(): Answer {
  return { ...answerText(404, '404 page not found\n'), isUnknownPath: true };
}
