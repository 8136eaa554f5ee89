import { Socket } from 'node:net';
import pg from 'pg';
import { readRefusal } from '../../findings/read-refusal.ts';
import type { Milliseconds } from '../../otlp/ids.ts';
import type { Run } from '../../run/run.ts';
import { type Probed, probeInTime } from './probe.ts';

const QUESTION = "SELECT current_setting('transaction_read_only')::bool AS is_read_only";

/** Logs in to PostgreSQL as the application does, and asks it whether that may write. */
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
      const { rows } = await client.query<{ readonly is_read_only: boolean }>(QUESTION);
      return rows[0]?.is_read_only ? { fault: 'read-only', reason: 'transaction_read_only is on' } : undefined;
    } catch (error) {
      return readRefusal(error);
    }
  }, limit);
}
