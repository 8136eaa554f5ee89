import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Client } from 'pg';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { Stack } from '../../run/stack.ts';
import { startNativeParts } from '../testing/plans.ts';
import { runFixtures } from './postgres.ts';

let stack: Stack;
let client: Client;
let directory: string;

beforeAll(async () => {
  // The shell of a person who uses psql for something else may have these.
  vi.stubEnv('PGSSLMODE', 'require');
  vi.stubEnv('PGOPTIONS', '-c default_transaction_read_only=on');
  stack = await startNativeParts(['postgres']);
  const password = await readFile(join(dirname(stack.controlSocket), 'postgres', 'superuser-password'), 'utf8');
  client = new Client({ ...stack.endpoints.postgres, user: 'postgres', password: password.trim() });
  await client.connect();
  directory = await mkdtemp(join(tmpdir(), 'fixtures-'));
}, 100_000);
afterAll(async () => {
  vi.unstubAllEnvs();
  await client.end();
  await stack.stop();
  await rm(directory, { recursive: true });
});

test('a fixture that PostgreSQL refuses is told with its line, and those after it are run', async () => {
  await writeFile(join(directory, '1.sql'), 'CREATE TABLE first (a text);');
  await writeFile(join(directory, '2.sql'), 'CREATE TABLE second (a text);\nINSERT INTO first (b)\n  VALUES (1);\n');
  await writeFile(join(directory, '3.sql'), 'CREATE TABLE third (a text);');
  const password = stack.endpoints.postgres?.password ?? '';
  expect(await runFixtures(client, password, directory)).toEqual([
    expect.stringMatching(/\/2\.sql:2: column "b" of relation "first" does not exist$/),
  ]);
  const { rows } = await client.query(
    "SELECT tablename FROM pg_tables WHERE tablename IN ('first', 'second', 'third')",
  );
  expect(rows.map(({ tablename }) => tablename).sort()).toEqual(['first', 'third']);
});
