import type { Client } from 'pg';

/**
 * Commits this many commitTransactions, one after the other, and closes the connection: a PostgreSQL backend reports its statistics
 * at most once a second while it runs, and immediately when it ends.
 */
export async function commitTransactions(client: Client, count: number): Promise<void> {
  for (let n = 0; n < count; n++) {
    await client.query('BEGIN');
    await client.query('SELECT 1');
    await client.query('COMMIT');
  }
  await client.end();
}

/** How many backends are connected to the client's own database. */
export function countConnections(client: Client): Promise<number> {
  return readCount(client, 'SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()');
}

/** How many idle backends are connected to the client's own database. */
export function countIdle(client: Client): Promise<number> {
  return readCount(
    client,
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state = 'idle'",
  );
}

/** How many transactions the client's own database has committed. */
export function countCommits(client: Client): Promise<number> {
  return readCount(client, 'SELECT xact_commit AS count FROM pg_stat_database WHERE datname = current_database()');
}

async function readCount(client: Client, query: string): Promise<number> {
  const { rows } = await client.query<{ count: string }>(query);
  return Number(rows[0]?.count);
}
