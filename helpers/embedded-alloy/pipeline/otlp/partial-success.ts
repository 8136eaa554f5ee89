import type { Signal } from '../../schema/capsules.ts';
import type { Logger } from '../../schema/component.ts';
import { SIGNALS } from './signals.ts';

/** What a backend says of an export that it took, though not whole. */
export type PartialSuccess = { readonly message: string; readonly dropped: number };

/** Warns, as the real exporters do, of items that were not taken, or of what else the backend had to say. */
export function warnAboutPartialSuccess(log: Logger, signal: Signal, { message, dropped }: PartialSuccess): void {
  if (dropped > 0 || message !== '') {
    const items = signal === 'metrics' ? 'data_points' : SIGNALS[signal].items;
    log('warn', 'Partial success response', { message, [`dropped_${items}`]: dropped });
  }
}
