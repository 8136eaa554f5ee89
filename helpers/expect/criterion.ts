/**
 * `test` and `outage` for the criteria of the guides. Outages take a part of the stack away, so they run when every other
 * criterion of the run has ended: the same spec files are run a second time, by the project that only registers those.
 */

import type { ChannelModel, ConfirmChannel } from 'amqplib';
import type { Redis } from 'ioredis';
import type pg from 'pg';
import type { TestContext } from 'vitest';
import { describe, inject, test as plain } from 'vitest';
import { CriterionFailed } from '../findings/criterion-failed.ts';
import type { Part } from '../run/part.ts';
import type { Order } from '../run/phases.ts';
import { EXISTING_VARIABLES } from '../settings/settings.ts';
import { partControl } from '../stack/owned/control-client.ts';
import { conclude } from './conclude.ts';
import './matchers.ts';
import { run } from './run.ts';
import { record } from './task.ts';

// Each phase has a thread of its own, which loads only the clients that its criteria ask for.

/** What a criterion can ask for by name; each is made for it alone and closed after it. */
type Fixtures = {
  /** Notes a fact that was proven by other means than a matcher, for the verdict. */
  note: (fact: string) => void;
  /** Opens connections to the application's database. */
  postgres: { connect: () => Promise<pg.Client>; connectMany: (count: number) => Promise<void> };
  /** Opens connections to Redis. */
  redis: { connect: () => Promise<Redis>; connectMany: (count: number) => Promise<{ close: () => void }> };
  /** Takes a part away and brings it back; what is still away at the end is brought back. Skips on a stack that is not ours. */
  stack: { takeAway: (part: Part) => Promise<void>; bringBack: (part: Part) => Promise<void> };
  /** Opens connections and channels to RabbitMQ. */
  rabbitmq: { connect: () => Promise<ChannelModel>; channel: () => Promise<ConfirmChannel> };
};

const criterion = plain.extend<Fixtures & { checked: undefined }>({
  checked: [
    async ({ task, skip, onTestFailed }, use) => {
      const missing = listMissing(task.meta.needs ?? []);
      if (missing.length > 0) skip(`this run does not know where to find it: ${missing.join(', ')} is not set`);
      // What fails outside of the body: a fixture, or the criterion's time limit.
      onTestFailed(async () => {
        const [error] = task.result?.errors ?? [];
        if (error !== undefined && error.name !== CriterionFailed.name) await conclude(task, new Error(error.message));
      });
      await use(undefined);
    },
    { auto: true },
  ],
  note: async ({ task }, use) => {
    await use((fact) => record(task, { kind: 'fact', fact }));
  },
  stack: async ({ task, skip }, use) => {
    const { controlSocket } = run;
    if (controlSocket === undefined)
      return skip('it takes a part of the stack away, and this stack was not started by the run');
    const { takeAway, bringBack } = partControl(controlSocket);
    const listTakenAway = () => task.meta.takenAway ?? [];
    await use({
      async takeAway(part) {
        task.meta.takenAway = [...listTakenAway(), part];
        await takeAway(part);
      },
      async bringBack(part) {
        await bringBack(part);
        task.meta.takenAway = listTakenAway().filter((other) => other !== part);
      },
    });
    for (const part of listTakenAway()) await bringBack(part);
  },
  // biome-ignore lint/correctness/noEmptyPattern: vitest reads a fixture's needs off this pattern
  postgres: async ({}, use) => {
    const opened: pg.Client[] = [];
    const fixture = {
      async connect() {
        const { Client } = (await import('pg')).default;
        const client = new Client({
          ...needed('postgres', run.postgres),
          application_name: `alloy-verify ${run.id}`,
        });
        // An outage ends the connection under the client; the next query fails as well, an unhandled event would end the process.
        client.on('error', () => undefined);
        opened.push(client);
        await client.connect();
        return client;
      },
      async connectMany(count: number) {
        await Promise.all(Array.from({ length: count }, () => fixture.connect()));
      },
    };
    await use(fixture);
    await Promise.allSettled(opened.map((client) => client.end()));
  },
  // biome-ignore lint/correctness/noEmptyPattern: vitest reads a fixture's needs off this pattern
  redis: async ({}, use) => {
    const opened: Redis[] = [];
    const fixture = {
      async connect() {
        const { Redis } = await import('ioredis');
        const client = new Redis({ ...needed('redis', run.redis), lazyConnect: true, maxRetriesPerRequest: 1 });
        client.on('error', () => undefined);
        opened.push(client);
        await client.connect();
        return client;
      },
      async connectMany(count: number) {
        const many = await Promise.all(Array.from({ length: count }, () => fixture.connect()));
        return { close: () => many.forEach((client) => void client.disconnect()) };
      },
    };
    await use(fixture);
    for (const client of opened) client.disconnect();
  },
  // biome-ignore lint/correctness/noEmptyPattern: vitest reads a fixture's needs off this pattern
  rabbitmq: async ({}, use) => {
    const opened: ChannelModel[] = [];
    const open = async () => {
      const { host, port, user, password } = needed('rabbitmq', run.rabbitmq);
      const { connect } = await import('amqplib');
      const connection = await connect({ protocol: 'amqp', hostname: host, port, username: user, password });
      connection.on('error', () => undefined);
      opened.push(connection);
      return connection;
    };
    await use({ connect: open, channel: async () => (await open()).createConfirmChannel() });
    await Promise.allSettled(opened.map((connection) => connection.close()));
  },
});

type Body = (context: TestContext & Fixtures) => Promise<void>;

/** Of which order the criteria are that are registered now: the project's, where a spec is a file of its own. */
let registered: Order = inject('order');
/** The parts that the phase needs whose criteria are being registered. */
let needs: readonly Part[] = [];

/** Has the specs that are imported from now on register their criteria of this order, and no others. */
export function registerOnly(order: Order): void {
  registered = order;
}

/**
 * A phase of a guide: `phase('Phase 2: PostgreSQL metrics', { needs: ['postgres'] }, () => { test(…); })`. `needs` names
 * the parts beside Alloy and the backend: a run starts those, set-up installs their programs, and where an external stack
 * lacks one its criteria are skipped. Criteria run side by side, or one after the other with `inOrder`.
 */
export function phase(
  title: string,
  options: { readonly needs: readonly Part[]; readonly inOrder?: true },
  register: () => void,
): void {
  describe(title, { concurrent: options.inOrder !== true }, () => {
    needs = options.needs;
    register();
  });
}

/** A criterion: `test('P2.1 pg_up is 1 …', async ({ expect }) => …)`. Take `expect` from the context: it knows its criterion. */
export function test(name: string, body: Body): void {
  if (registered === 'criteria') criterion(name, { meta: { needs } }, judged(body));
}

/** A criterion that takes away a part which other phases use: it runs when all others have ended. */
export function outage(name: string, body: Body): void {
  if (registered === 'outages') criterion(name, { meta: { needs } }, judged(body));
}

/**
 * A criterion that counts, caches or takes away what others of its phase use: in a phase whose criteria run side by side it
 * runs when those before it have ended, and those after it wait for it.
 */
export function alone(name: string, body: Body): void {
  if (registered === 'criteria') criterion(name, { concurrent: false, meta: { needs } }, judged(body));
}

/** Has the body end with `CriterionFailed`, whatever it throws. The causes are looked for before its fixtures clean up. */
function judged(body: Body): Body {
  const whole: Body = async (context) => {
    try {
      await body(context);
    } catch (error) {
      throw isSkip(error) ? error : await conclude(context.task, error);
    }
  };
  // vitest reads off a function's text which fixtures it asks for.
  whole.toString = () => body.toString();
  return whole;
}

/** Whether this is what `skip` throws. */
function isSkip(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'VITEST_PENDING';
}

/** The variables that would have to name these parts of an external stack; none for a stack that the run starts, which has them. */
function listMissing(parts: readonly Part[]): string[] {
  if (run.stack !== 'external') return [];
  return parts.flatMap((part) => {
    const variable = EXISTING_VARIABLES[part];
    return variable === undefined || part in run ? [] : [variable];
  });
}

function needed<T>(part: string, endpoint: T | undefined): T {
  if (endpoint === undefined) throw new Error(`this run has no ${part}: name it among the needs of the phase`);
  return endpoint;
}
