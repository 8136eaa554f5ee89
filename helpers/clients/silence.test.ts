import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { getJson, QueryError } from './http.ts';
import { isSilent } from './silence.ts';
import { type Reply, startAnsweringServer } from './testing/answering-server.ts';

const TIMEOUT = 1000;
const OK: Reply = { body: '{}' };

async function ask(url: string): Promise<QueryError | undefined> {
  const access = { url, user: '', password: '' };
  const error = await getJson(access, '/api', {}, z.object({}), TIMEOUT).then(
    () => undefined,
    (error: unknown) => error,
  );
  if (error !== undefined && !(error instanceof QueryError)) throw error;
  return error;
}

async function measure(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return performance.now() - started;
}

// Before any service is silent.
test('one question that hangs is not final where others are answered', async () => {
  let asked = 0;
  await using server = await startAnsweringServer(() => (asked++ % 2 === 0 ? 'never' : OK));
  const hang = async () => (await ask(server.url))?.isFinal;
  const hanging = [hang()];
  for (let round = 0; round < 2; round++) {
    await ask(server.url);
    hanging.push(hang());
    expect(await hanging[round]).toBe(false);
  }
});

describe('a service that stops answering', () => {
  test('is final after one and a half timeouts, with since when, and is hardly waited for by those that ask later', async () => {
    let reply: Reply = OK;
    await using server = await startAnsweringServer(() => reply);
    expect(await ask(server.url)).toBeUndefined();
    reply = 'never';
    const before = Date.now();
    expect(await ask(server.url)).toMatchObject({ status: 0, isFinal: false, silence: undefined });
    const second = await measure(async () => {
      expect(await ask(server.url)).toMatchObject({
        isFinal: true,
        message: expect.stringMatching(/\/api has given no answer since \d{4}-\d\d-\d\dT[\d:.]+Z: timed out after/),
      });
    });
    expect(second).toBeLessThan(TIMEOUT - 100);
    const errors: unknown[] = [];
    const later = await measure(async () => {
      errors.push(...(await Promise.all([ask(server.url), ask(server.url)])));
    });
    expect(later).toBeLessThan(TIMEOUT / 2);
    // The others of the same backend are not waited for as long.
    await using other = await startAnsweringServer(() => reply);
    expect(await ask(other.url)).toMatchObject({ isFinal: true, message: expect.stringMatching(/ 0\.5 s$/) });
    expect(isSilent([other.url])).toBe(true);
    reply = OK;
    for (const { url } of [server, other]) await ask(url);
    expect(isSilent([server.url])).toBe(false);
    for (const { silence } of errors as QueryError[]) {
      expect(silence?.since).toBeGreaterThanOrEqual(before - 5);
      expect(silence).toEqual((errors[0] as QueryError).silence);
    }
  });

  test('is asked as before once it has answered', async () => {
    let reply: Reply = 'never';
    await using server = await startAnsweringServer(() => reply);
    await ask(server.url);
    expect((await ask(server.url))?.isFinal).toBe(true);
    reply = OK;
    expect(await ask(server.url)).toBeUndefined();
    reply = 'never';
    expect((await ask(server.url))?.isFinal).toBe(false);
    reply = OK;
    await ask(server.url);
  });

  test('is final as well where it resets connections, and says so', async () => {
    let reply: Reply = 'reset';
    await using server = await startAnsweringServer(() => reply);
    let last = await ask(server.url);
    expect(last?.isFinal).toBe(false);
    while (last?.isFinal === false) last = await ask(server.url);
    expect(last?.silence?.reason).toContain('the connection was closed before a whole answer came (read ECONNRESET)');
    reply = OK;
    expect(await ask(server.url)).toBeUndefined();
  });

  test('is final as well where it refuses connections', async () => {
    const server = await startAnsweringServer(() => OK);
    await server[Symbol.asyncDispose]();
    const started = performance.now();
    let last = await ask(server.url);
    while (last?.isFinal === false) last = await ask(server.url);
    expect(performance.now() - started).toBeGreaterThanOrEqual(1.5 * TIMEOUT - 50);
    expect(last?.silence?.reason).toContain('ECONNREFUSED');
  });
});
