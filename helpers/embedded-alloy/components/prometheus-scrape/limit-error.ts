/** A limit of the block that a scrape exceeds. */
export type ScrapeLimit = 'samples' | 'labels' | 'body';

/** A scrape that exceeds a limit, with Prometheus's message. */
export class LimitError extends Error {
  override readonly name = 'LimitError';
  readonly limit: ScrapeLimit;

  constructor(message: string, limit: ScrapeLimit) {
    super(message);
    this.limit = limit;
  }
}
