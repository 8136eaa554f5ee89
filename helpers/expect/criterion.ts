/**
 * `phase`, `test`, `observe`, `alone` and `outage` for the criteria of the guides. Outages take a part of the stack away, so they run after
 * all other criteria: the same spec files run a second time, in the project that registers only outages.
 */

import { setInterval, setTimeout as sleep } from 'node:timers/promises';
import type { ChannelModel, ConfirmChannel } from 'amqplib';
import type { Redis } from 'ioredis';
import type pg from 'pg';
import type { TestContext } from 'vitest';
import { describe, inject, test as plain } from 'vitest';
import { scaleToLoad } from '../diagnose/load.ts';
import { hasLastingFault } from '../diagnose/sources.ts';
import { CriterionFailed } from '../findings/criterion-failed.ts';
import { isServicePart, type Part } from '../run/part.ts';
import type { Order } from '../run/phases.ts';
import { EXISTING_VARIABLES } from '../settings/settings.ts';
import { connectControl } from '../stack/owned/control-client.ts';
import { conclude } from './conclude.ts';
import { inCriterion } from './current-criterion.ts';
import { computeCriterionLimit, SLACK, STANDARD_LIMIT } from './deadlines.ts';
import './matchers.ts';
import { mayRecover, noteOutage } from './outages.ts';
import { run } from './run.ts';
import { record } from './task.ts';
import { watchExpect } from './watch-expect.ts';

// Each phase has its own thread, which loads only the clients that its criteria use.

/** How long a source may take to accept a login, and to answer: one that hangs is to fail the criterion, not to hold it. */
const CONNECT_MS = scaleToLoad(2 * SLACK);
const ANSWER_MS = CONNECT_MS;
const REDIS_LIMITS = {
  connectTimeout: CONNECT_MS,
  commandTimeout: ANSWER_MS,
  maxRetriesPerRequest: 1,
  // A criterion connects once: what fails is its finding.
  retryStrategy: () => null,
};
/** RabbitMQ's client has no limit for an answer: a broker that says nothing for two of these loses the connection. */
const HEARTBEAT_SECONDS = 4;
/** How long connections may take to end that a source may not answer any more. */
const END_MS = 2000;
/** The time between two looks at a part that is slow to accept a connection. */
const LOOK_MS = 500;

/** Waits for a connection, or until looks at the part show that it gives no answer. */
async function untilLost<T>(part: Part, connecting: Promise<T>): Promise<T> {
  const ended = new AbortController();
  const lost = (async () => {
    for await (const _ of setInterval(LOOK_MS, undefined, { signal: ended.signal, ref: false })) {
      if (!mayRecover() && hasLastingFault(run, [part], () => false)) throw new Error(`${part} gives no answer`);
    }
    return await connecting;
  })();
  try {
    return await Promise.race([connecting, lost]);
  } finally {
    lost.catch(() => undefined);
    ended.abort();
  }
}

/** Waits until connections have ended, or will not in time. */
async function endInTime(endings: readonly Promise<unknown>[]): Promise<void> {
  await Promise.race([Promise.allSettled(endings), sleep(END_MS, undefined, { ref: false })]);
}

/** The fixtures of a criterion; each is created for one criterion and closed after it. */
type Fixtures = {
  /** Records a fact that was proven without a matcher, for the verdict. */
  note: (fact: string) => void;
  /** Opens connections to the application's database. */
  postgres: { connect: () => Promise<pg.Client>; connectMany: (count: number) => Promise<void> };
  /** Opens connections to Redis. */
  redis: { connect: () => Promise<Redis>; connectMany: (count: number) => Promise<{ close: () => void }> };
  /** Takes parts away and brings them back, at the latest after the criterion. Skips if the run did not start the stack. */
  stack: { takeAway: (part: Part) => Promise<void>; bringBack: (part: Part) => Promise<void> };
  /** Opens connections and channels to RabbitMQ. */
  rabbitmq: { connect: () => Promise<ChannelModel>; channel: () => Promise<ConfirmChannel> };
};

const criterion = plain.extend<Fixtures & { checked: undefined }>({
  checked: [
    async ({ task, skip, onTestFailed }, use) => {
      const { needs = [], isObserving } = task.meta;
      if (run.isSmoke && !isObserving) skip('a smoke check only looks, and this works on the parts of the stack');
      // To look at the telemetry of a server takes no login to it.
      const missing = listMissing(isObserving ? needs.filter(isServicePart) : needs);
      if (missing.length > 0) skip(`this run has no address for it: ${missing.join(', ')} is not set`);
      // What fails outside of the body: a fixture, or the time limit.
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
      return skip('it takes away a part of the stack, and this run did not start the stack');
    const { takeAway, bringBack } = connectControl(controlSocket);
    const listTakenAway = () => task.meta.takenAway ?? [];
    await use({
      async takeAway(part) {
        task.meta.takenAway = [...listTakenAway(), part];
        noteOutage();
        await takeAway(part);
      },
      async bringBack(part) {
        await bringBack(part);
        task.meta.takenAway = listTakenAway().filter((other) => other !== part);
      },
    });
    for (const part of listTakenAway()) await bringBack(part);
  },
  // biome-ignore lint/correctness/noEmptyPattern: vitest reads the fixtures that are used from this pattern
  postgres: async ({}, use) => {
    const opened: pg.Client[] = [];
    const fixture = {
      async connect() {
        const { Client } = (await import('pg')).default;
        const client = new Client({
          ...needed('postgres', run.postgres),
          application_name: `alloy-verify ${run.id}`,
          connectionTimeoutMillis: CONNECT_MS,
          query_timeout: ANSWER_MS,
        });
        // An outage closes the connection, which the next query reports; an unhandled event would end the process.
        client.on('error', () => undefined);
        opened.push(client);
        await untilLost('postgres', client.connect());
        return client;
      },
      async connectMany(count: number) {
        await Promise.all(Array.from({ length: count }, () => fixture.connect()));
      },
    };
    await use(fixture);
    await endInTime(opened.map((client) => client.end()));
  },
  // biome-ignore lint/correctness/noEmptyPattern: vitest reads the fixtures that are used from this pattern
  redis: async ({}, use) => {
    const opened: Redis[] = [];
    const fixture = {
      async connect() {
        const { Redis } = await import('ioredis');
        const client = new Redis({ ...needed('redis', run.redis), lazyConnect: true, ...REDIS_LIMITS });
        client.on('error', () => undefined);
        opened.push(client);
        await untilLost('redis', client.connect());
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
  // biome-ignore lint/correctness/noEmptyPattern: vitest reads the fixtures that are used from this pattern
  rabbitmq: async ({}, use) => {
    const opened: ChannelModel[] = [];
    const open = async () => {
      const { host, port, user, password } = needed('rabbitmq', run.rabbitmq);
      const { connect } = await import('amqplib');
      const address = {
        protocol: 'amqp',
        hostname: host,
        port,
        username: user,
        password,
        heartbeat: HEARTBEAT_SECONDS,
      };
      const connection = await untilLost('rabbitmq', connect(address, { timeout: CONNECT_MS }));
      connection.on('error', () => undefined);
      opened.push(connection);
      return connection;
    };
    await use({ connect: open, channel: async () => (await open()).createConfirmChannel() });
    await endInTime(opened.map((connection) => connection.close()));
  },
});

type Body = (context: TestContext & Fixtures) => Promise<void>;

/** The limit that the configuration has is for short intervals. */
const limit = computeCriterionLimit(run);
const longer = limit > STANDARD_LIMIT ? { timeout: limit } : {};
/** The order whose criteria are registered: by default that of the vitest project. */
let registered: Order = inject('order');
/** What the phase that is being registered needs. */
let needs: readonly Part[] = [];

/** Makes specs that are imported from now on register only their criteria of this order. */
export function registerOnly(order: Order): void {
  registered = order;
}

/**
 * A phase of a guide: `phase('Phase 2: PostgreSQL metrics', { needs: ['postgres'] }, () => { test(…); })`. `needs` names
 * the parts besides Alloy and the backend: a run starts them, set-up installs their programs, and on an external stack without
 * one of them the criteria are skipped. Criteria run concurrently, or one after the other with `inOrder`.
 */
export function phase(
  title: string,
  options: { readonly needs: readonly Part[]; readonly inOrder?: true },
  register: () => void,
): void {
  describe(title, { concurrent: options.inOrder !== true }, () => {
    needs = options.needs;
    try {
      register();
    } catch (error) {
      standForSpec(`phase${/\d+/.exec(title)?.[0]}`, error);
    }
  });
}

/** Registers a test that fails with what a spec threw: thrown on, that would keep the phases beside it from being verified. */
export function standForSpec(phase: string, error: unknown): void {
  const message = error instanceof Error ? error.message : String(error);
  plain(`${phase} can't be loaded`, { meta: { loadError: { phase, message } } }, () => {
    throw error;
  });
}

/** A criterion: `test('P2.1 pg_up is 1 …', async ({ expect }) => …)`. Take `expect` from the context: it knows its criterion. */
export function test(name: string, body: Body): void {
  if (registered === 'criteria') criterion(name, { ...longer, meta: { needs } }, judged(body));
}

/**
 * A criterion that only looks, or sends telemetry of the run's own: a smoke check makes it on a stack in production. It logs in
 * to no server, and holds however much traffic there is beside it.
 */
export function observe(name: string, body: Body): void {
  if (registered === 'criteria') criterion(name, { ...longer, meta: { needs, isObserving: true } }, judged(body));
}

/** A criterion that takes away a part that other phases use: it runs after all others. */
export function outage(name: string, body: Body): void {
  if (registered === 'outages') criterion(name, { ...longer, meta: { needs } }, judged(body));
}

/**
 * A criterion that counts, caches or takes away what others of its phase use: in a phase whose criteria run concurrently, it
 * waits for those before it, and those after it wait for it.
 */
export function alone(name: string, body: Body): void {
  if (registered === 'criteria') criterion(name, { ...longer, concurrent: false, meta: { needs } }, judged(body));
}

/**
 * Turns whatever the body throws into `CriterionFailed`, and fails a body that proves nothing. The diagnosis runs before the
 * fixtures clean up.
 */
function judged(body: Body): Body {
  const whole: Body = async (context) => {
    const { task } = context;
    const { expect, assertions } = watchExpect(context.expect);
    try {
      await inCriterion(task, () => body(Object.create(context, { expect: { value: expect } })));
    } catch (error) {
      throw isSkip(error) ? error : await conclude(task, error);
    }
    const { expected, matched, waiting } = assertions;
    const isProven = expected > 0 || task.meta.evidence !== undefined;
    const flaw =
      waiting > 0 ? NOT_AWAITED : matched < expected ? NOTHING_MATCHED : isProven ? undefined : NOTHING_ASSERTED;
    if (flaw !== undefined)
      throw await conclude(task, new CriterionFailed(undefined, { kind: 'listed problems', ...flaw }));
  };
  // vitest reads the fixtures that a function uses from its source text.
  whole.toString = () => body.toString();
  return whole;
}

const NOT_AWAITED = {
  problems: ['the criterion ends before its assertion does, so it proves nothing'],
  fix: 'Await each assertion: `await expect(…)`',
};

const NOTHING_MATCHED = {
  problems: ['the criterion calls `expect(…)` without a matcher, which proves nothing'],
  fix: 'Say what is expected: `expect(…).toBe(…)`',
};

const NOTHING_ASSERTED = {
  problems: ['the criterion asserts nothing, so it proves nothing'],
  fix: 'Await an assertion with the `expect` of its context, or `note` what it has proven',
};

/** Whether `skip` threw this. */
function isSkip(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'VITEST_PENDING';
}

/** The variables of an external stack that are not set, out of those for these parts. */
function listMissing(parts: readonly Part[]): string[] {
  if (run.stack !== 'external') return [];
  return parts.flatMap((part) => {
    const variable = EXISTING_VARIABLES[part];
    return variable === undefined || part in run ? [] : [variable];
  });
}

function needed<T>(part: string, endpoint: T | undefined): T {
  if (endpoint === undefined) throw new Error(`this run has no ${part}: add it to the needs of the phase`);
  return endpoint;
}
