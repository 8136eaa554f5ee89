/** What a route answers. */
export type Answer = {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
};

/** `value` as JSON. */
export function json(status: number, value: unknown): Answer {
  return { status, headers: { 'content-type': 'application/json' }, body: JSON.stringify(value) };
}

/** Plain text, as Tempo and Loki answer errors. */
export function text(status: number, body: string): Answer {
  return { status, headers: { 'content-type': 'text/plain; charset=utf-8' }, body };
}

/** What any of the Go programs answers on a path that it does not serve. */
export function notFound(): Answer {
  return text(404, '404 page not found\n');
}
