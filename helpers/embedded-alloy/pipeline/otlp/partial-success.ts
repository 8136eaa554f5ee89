import type { Logger } from '../../schema/component.ts';
import { itemsOf } from './batch.ts';
import type { Signal } from './signals.ts';

/** What a backend says of an export that it took, though not whole. */
export type PartialSuccess = { readonly message: string; readonly dropped: number };

/** Warns, as the real exporters do, of items that were not taken, or of what else the backend had to say. */
export function warnOfPartialSuccess(log: Logger, signal: Signal, { message, dropped }: PartialSuccess): void {
  if (dropped > 0 || message !== '') {
    const items = signal === 'metrics' ? 'data_points' : itemsOf(signal);
    log('warn', 'Partial success response', { message, [`dropped_${items}`]: dropped });
  }
}
