import type { Service } from './credentials.ts';
import type { Refusal } from './login.ts';

/** Logins that were refused alike: the same service, user and reason. */
export type RefusalRecord = {
  readonly service: Service;
  /** An instance ID of digits, or a description; never a token. */
  readonly user: string;
  readonly reason: Refusal['reason'];
  /** The service whose instance ID the user is. */
  readonly belongsTo?: Service;
  count: number;
  /** When it last happened, in milliseconds since the epoch. */
  lastTime: number;
};

/** The refused logins since the start, for `GET /-/refusals`. */
export type RefusalBook = {
  /** Notes one, and says whether it is the first of its kind. */
  readonly add: (service: Service, refusal: Refusal, now: number) => boolean;
  /** Most recent last; at most {@link MOST_RECORDS}. */
  readonly list: () => readonly RefusalRecord[];
};

/** Guessing user names must not fill the memory: beyond this many kinds the one refused longest ago is forgotten. */
const MOST_RECORDS = 256;

/** An empty book. */
export function refusalBook(): RefusalBook {
  const records = new Map<string, RefusalRecord>();
  return {
    add(service, { user, reason, belongsTo }, now) {
      const key = JSON.stringify([service, user, reason]);
      const known = records.get(key);
      const record = known ?? { service, user, reason, ...(belongsTo && { belongsTo }), count: 0, lastTime: now };
      record.count++;
      record.lastTime = now;
      records.delete(key);
      records.set(key, record);
      const [oldest] = records.keys();
      if (records.size > MOST_RECORDS && oldest !== undefined) records.delete(oldest);
      return known === undefined;
    },
    list: () => [...records.values()],
  };
}
