import { Socket } from 'node:net';
import pg from 'pg';
import { readRefusal } from '../../findings/read-refusal.ts';
import type { Milliseconds } from '../../otlp/ids.ts';
import type { Run } from '../../run/run.ts';
import { type Probed, probeInTime } from './probe.ts';

const QUESTION = `SELECT current_user AS role,
  current_setting('transaction_read_only')::bool AS is_read_only,
  pg_has_role(current_user, 'pg_read_all_stats', 'USAGE') AS may_read_statistics`;

type Answer = { readonly role: string; readonly is_read_only: boolean; readonly may_read_statistics: boolean };

/** Logs in to PostgreSQL as the application does, and asks it whether that may write and read all statistics. */
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
      const { rows } = await client.query<Answer>(QUESTION);
      return judge(rows[0]);
    } catch (error) {
      return readRefusal(error);
    }
  }, limit);
}

function judge(answer: Answer | undefined): Probed {
  if (answer?.is_read_only === true) return { fault: 'read-only', reason: 'transaction_read_only is on' };
  if (answer?.may_read_statistics === false) {
    return { fault: 'no statistics', reason: `the role ${answer.role} is not a member of pg_monitor` };
  }
  return undefined;
}
