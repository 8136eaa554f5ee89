/** An export that is well-formed, and that a receiver has not taken. */
export type FailedExport = {
  readonly protocol: 'grpc' | 'http';
  readonly url: string;
  readonly signal: 'traces' | 'metrics' | 'logs';
  /** What it was answered: `HTTP 400`, or gRPC's code, `RESOURCE_EXHAUSTED`; undefined if nothing. */
  readonly status?: string;
  /** The receiver's own words, or why there is no answer; empty if it has none. */
  readonly reason: string;
};

/** The characters that are kept of a reason. */
const MAX_REASON = 200;

/** A receiver has not taken an export that is well-formed. */
export class ExportFailed extends Error {
  override readonly name = 'ExportFailed';
  readonly failed: FailedExport;

  constructor({ reason, ...failed }: FailedExport, options?: ErrorOptions) {
    const kept = reason.slice(0, MAX_REASON);
    const { url, status, signal } = failed;
    super(
      status === undefined
        ? `${url} gives no answer to an export of ${signal}: ${kept}`
        : `${url} answers ${status} to an export of ${signal}${kept === '' ? '' : `: ${kept}`}`,
      options,
    );
    this.failed = { ...failed, reason: kept };
  }
}
