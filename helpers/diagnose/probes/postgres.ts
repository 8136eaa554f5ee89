import { Socket } from 'node:net';
import pg from 'pg';
import { readRefusal } from '../../findings/read-refusal.ts';
import type { Milliseconds } from '../../otlp/ids.ts';
import type { Run } from '../../run/run.ts';
import { type Probed, probeInTime } from './probe.ts';

const QUESTION =
  "SELECT current_setting('transaction_read_only')::bool AS is_read_only, current_setting('track_counts')::bool AS counts, " +
  "current_setting('track_activities')::bool AS watches";

type Settings = { readonly is_read_only: boolean; readonly counts: boolean; readonly watches: boolean };

/** Logs in to PostgreSQL as the application does, and asks it whether that may write, and whether it counts and watches what is done. */
export async function probePostgres({ postgres }: Run, limit?: Milliseconds): Promise<Probed> {
  if (postgres === undefined) return undefined;
  return await probeInTime(async (signal) => {
    // A server that hangs does not let a client end either: the socket can be closed.
    const socket = new Socket();
    signal.addEventListener('abort', () => socket.destroy());
    const client = new pg.Client({ ...postgres, stream: () => socket });
    client.on('error', () => {});
    try {
      await client.connect();
      const { rows } = await client.query<Settings>(QUESTION);
      return rows[0] && readSettings(rows[0]);
    } catch (error) {
      return readRefusal(error);
    }
  }, limit);
}

function readSettings({ is_read_only, counts, watches }: Settings): Probed {
  if (is_read_only) return { fault: 'read-only', reason: 'transaction_read_only is on' };
  if (!watches) return { fault: 'no activity', reason: 'track_activities is off' };
  return counts ? undefined : { fault: 'no statistics', reason: 'track_counts is off' };
}
