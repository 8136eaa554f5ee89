import { randomUUID } from 'node:crypto';
import type { Redis } from 'ioredis';

/** Stores one value of this size; disposing deletes it. */
export async function storeBytes(client: Redis, bytes: number): Promise<AsyncDisposable> {
  const name = `alloy-verify:${randomUUID()}`;
  await client.set(name, Buffer.alloc(bytes, 'x'));
  return {
    async [Symbol.asyncDispose]() {
      await client.unlink(name);
    },
  };
}

/** Sets this many small keys; disposing deletes them. */
export async function storeKeys(
  client: Redis,
  count: number,
): Promise<AsyncDisposable & { readonly names: readonly string[] }> {
  const names = Array.from({ length: count }, () => `alloy-verify:${randomUUID()}`);
  await client.mset(Object.fromEntries(names.map((name) => [name, '1'])));
  return {
    names,
    async [Symbol.asyncDispose]() {
      await client.unlink(...names);
    },
  };
}

/** Blocks each client in a BLPOP on a list that stays empty; disposing closes their connections. */
export function blockClients(clients: readonly Redis[]): Disposable {
  // Closing the connection rejects the command.
  for (const client of clients) client.blpop(`alloy-verify:${randomUUID()}`, 0).catch(() => undefined);
  return {
    [Symbol.dispose]() {
      for (const client of clients) client.disconnect();
    },
  };
}

/** A numeric field of Redis's INFO. */
export async function readInfo(client: Redis, field: string): Promise<number> {
  const found = new RegExp(`^${field}:(\\d+)`, 'm').exec(await client.info());
  if (found === null) throw new Error(`INFO has no field ${field}`);
  return Number(found[1]);
}
