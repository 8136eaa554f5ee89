import { Socket } from 'node:net';
import pg from 'pg';
import { readRefusal } from '../../findings/read-refusal.ts';
import type { Milliseconds } from '../../otlp/ids.ts';
import type { Run } from '../../run/run.ts';
import { type Probed, probeInTime } from './probe.ts';

const QUESTION =
  "SELECT current_setting('transaction_read_only')::bool AS is_read_only, current_setting('track_counts')::bool AS counts, " +
  "current_setting('track_activities')::bool AS watches";

/** Locks on tables that keep all others from them, held for so long that no statement of a service can be the reason. */
const LOCKS = `SELECT a.pid, a.application_name, a.state, extract(epoch FROM now() - a.xact_start)::int AS seconds, l.mode, c.relname
  FROM pg_locks l JOIN pg_stat_activity a USING (pid) JOIN pg_class c ON c.oid = l.relation JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE l.granted AND l.mode IN ('AccessExclusiveLock', 'ExclusiveLock') AND c.relkind IN ('r', 'p')
    AND n.nspname !~ '^(pg_|information_schema)' AND a.datname = current_database() AND a.xact_start < now() - interval '3 s' LIMIT 1`;

type Settings = { readonly is_read_only: boolean; readonly counts: boolean; readonly watches: boolean };
type Lock = {
  readonly pid: number;
  readonly application_name: string;
  readonly state: string;
  readonly seconds: number;
  readonly mode: string;
  readonly relname: string;
};

/** Logs in to PostgreSQL as the application does, and asks it whether that may write, whether it counts and watches what is done, and
 * whether a session keeps others from a table. */
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
      const found = rows[0] && readSettings(rows[0]);
      return found ?? describeLock((await client.query<Lock>(LOCKS)).rows[0]);
    } catch (error) {
      return readRefusal(error);
    }
  }, limit);
}

function describeLock(lock: Lock | undefined): Probed {
  if (lock === undefined) return undefined;
  const { pid, application_name: name, state, seconds, mode, relname } = lock;
  const whose = `the session ${pid}${name === '' ? '' : ` (${name})`}, ${state} for ${seconds} s`;
  return { fault: 'locked', reason: `${whose}, holds ${mode} on ${relname}` };
}

function readSettings({ is_read_only, counts, watches }: Settings): Probed {
  if (is_read_only) return { fault: 'read-only', reason: 'transaction_read_only is on' };
  if (!watches) return { fault: 'no activity', reason: 'track_activities is off' };
  return counts ? undefined : { fault: 'no statistics', reason: 'track_counts is off' };
}
