import { keepFound, once } from '../helpers/emit/once.ts';
import {
  countProcessed,
  type DueRow,
  findParkedReason,
  holdNewGame,
  isDoneOnce,
  isDoneTooOften,
  listDoubles,
  listMisparked,
  listOtherStatus,
  listTooEarly,
  listUnacknowledged,
  listUnidentified,
  publishAgain,
  publishMalformed,
  readGameStatus,
  refuseConfirms,
  scheduleNotification,
  scheduleTransition,
  unbindEvents,
  watchEvents,
} from '../helpers/emit/schedules.ts';
import { readAcknowledgement } from '../helpers/expect/acknowledgement.ts';
import { alone, phase, test } from '../helpers/expect/criterion.ts';
import { run } from '../helpers/expect/run.ts';
import { serviceInstance } from '../helpers/expect/services.ts';
import { hasExactly } from '../helpers/expect/spans.ts';
import { logql, serviceMetric, trace } from '../helpers/expect/telemetry.ts';
import { waitForTrace } from '../helpers/expect/wait-for-trace.ts';
import { work } from '../helpers/expect/work.ts';

const NOTIFICATIONS = 'notification-daemon';
const TRANSITIONS = 'status-transition-daemon';
const BOT = 'bot-service';
const DATABASE_QUERY = { kind: 'client', attributes: { 'db.system.name|db.system': 'postgresql' } } as const;
const PUBLISH = { name: /publish|send/i, attributes: { 'messaging.system': 'rabbitmq' } } as const;
const CONSUMED = { kind: 'consumer', service: BOT } as const;
/** How long a dead letter may take: the daemon looks for them once in an interval. */
const DEAD_LETTER_MS = 20_000 + 1000 * run.dlqCheckInterval;
/** A run ends within minutes. */
const MAX_DLQ_SECONDS = 60;
/** How long daemons and bot may take for what is due: a retry after a lost connection included. */
const WORK_MS = 20_000;
/** One of each for all criteria that look at its trace: spans cost money. */
const notify = once(scheduleNotification);
const transit = once(scheduleTransition);

phase(
  'Phase 6: daemons',
  { needs: ['postgres', 'rabbitmq', 'bot', 'notification-daemon', 'status-transition-daemon'] },
  () => {
    test('P6.1 both daemons log initialisation of all three signals', async ({ expect }) => {
      const initialised = (service: string) =>
        logql(`{service_name="${service}"}${serviceInstance} |~ "initiali[sz]ed"`);
      await expect(initialised(NOTIFICATIONS)).toHaveLines('tracing', 'metrics', 'logging');
      await expect(initialised(TRANSITIONS)).toHaveLines('tracing', 'metrics', 'logging');
    });

    test('P6.2 a due notification: root span scheduled.NotificationSchedule with its job, model and time field', async ({
      expect,
      postgres,
    }) => {
      const { job, query } = await notify(await postgres.connect());
      await expect(trace(await waitForTrace(query, NOTIFICATIONS), NOTIFICATIONS)).toHaveSpan({
        name: 'scheduled.NotificationSchedule',
        service: NOTIFICATIONS,
        root: true,
        attributes: {
          'scheduler.job_id': job,
          'scheduler.model': 'NotificationSchedule',
          'scheduler.time_field': 'notification_time',
        },
      });
      const done = { scheduler_model: 'NotificationSchedule', scheduler_outcome: 'processed' };
      await expect(serviceMetric('scheduler_items_total', NOTIFICATIONS, done)).toHaveValueAtLeast(1);
    });

    test('P6.3 its children: the database query and the RabbitMQ publish', async ({ expect, postgres }) => {
      const { query } = await notify(await postgres.connect());
      await expect(trace(await waitForTrace(query, NOTIFICATIONS), NOTIFICATIONS)).toHaveSpan({
        name: 'scheduled.NotificationSchedule',
        children: [DATABASE_QUERY, PUBLISH],
      });
    });

    test('P6.4 a due transition: scheduled.GameStatusSchedule, and the game’s status changed in the database', async ({
      expect,
      postgres,
    }) => {
      const client = await postgres.connect();
      const { job, game, query } = await transit(client);
      await expect(trace(await waitForTrace(query, TRANSITIONS), TRANSITIONS)).toHaveSpan({
        name: 'scheduled.GameStatusSchedule',
        service: TRANSITIONS,
        root: true,
        attributes: {
          'scheduler.job_id': job,
          'scheduler.model': 'GameStatusSchedule',
          'scheduler.time_field': 'transition_time',
        },
        lacks: { service: TRANSITIONS, status: 'error' },
      });
      expect(listOtherStatus(await readGameStatus(client, game))).toHaveNoProblems(
        'Have the daemon set the status in the transaction that marks the row as processed (fixtures/services/status-transition-daemon/model.ts)',
      );
      const done = { scheduler_model: 'GameStatusSchedule', scheduler_outcome: 'processed' };
      await expect(serviceMetric('scheduler_items_total', TRANSITIONS, done)).toHaveValueAtLeast(1);
    });

    test('P6.5 its children: database and publish', async ({ expect, postgres }) => {
      const { query } = await transit(await postgres.connect());
      await expect(trace(await waitForTrace(query, TRANSITIONS), TRANSITIONS)).toHaveSpan({
        name: 'scheduled.GameStatusSchedule',
        children: [DATABASE_QUERY, PUBLISH],
      });
    });

    test('P6.6 context crosses RabbitMQ: the bot’s consumer span belongs to the publisher’s trace', async ({
      expect,
      postgres,
    }) => {
      const { query } = await notify(await postgres.connect());
      await expect(trace(await waitForTrace(query, NOTIFICATIONS), NOTIFICATIONS, BOT)).toHaveSpan({
        kind: 'producer',
        service: NOTIFICATIONS,
        children: [{ kind: 'consumer', service: BOT }],
        lacks: { ...CONSUMED, status: 'error' },
      });
    });

    test('P6.7 dead letters: a rejected message lands in the DLQ, and scheduled.process_dlq processes it', async ({
      expect,
      rabbitmq,
      note,
      skip,
    }) => {
      if (run.dlqCheckInterval > MAX_DLQ_SECONDS)
        skip(
          `the notification daemon looks at dead letters every ${run.dlqCheckInterval} s (DLQ_CHECK_INTERVAL_SECONDS), and a run waits for ${MAX_DLQ_SECONDS} s at most`,
        );
      const channel = await rabbitmq.channel();
      const message = await publishMalformed(channel);
      const rejected = keepFound(() => findParkedReason(channel, message));
      const parked = work('the rejected message', [BOT, NOTIFICATIONS], DEAD_LETTER_MS, rejected, { isError: true });
      await expect(parked).toShow('is parked with its reason', (reason) => reason !== undefined);
      expect(listMisparked(await rejected())).toHaveNoProblems(
        'Have the bot dead-letter at once what it can’t parse (MalformedMessage in fixtures/services/messaging/consumer.ts)',
      );
      note(
        'the bot dead-lettered the message with its reason, and the daemon took it from the dead-letter queue and parked it',
      );
      const interval = run.dlqCheckInterval;
      const id = await waitForTrace(
        `{name="scheduled.process_dlq" && span.scheduler.dlq_check_interval=${interval}}`,
        NOTIFICATIONS,
      );
      await expect(trace(id, NOTIFICATIONS)).toHaveSpan({
        name: 'scheduled.process_dlq',
        service: NOTIFICATIONS,
        attributes: { 'scheduler.dlq_check_interval': interval },
      });
    });

    test('P6.8 logs of both daemons carry trace_id and span_id', async ({ expect, postgres }) => {
      const client = await postgres.connect();
      const [notified, moved] = [await notify(client), await transit(client)];
      const [notification, transition] = await Promise.all([
        waitForTrace(notified.query, NOTIFICATIONS),
        waitForTrace(moved.query, TRANSITIONS),
      ]);
      await expect(
        logql(`{service_name="${NOTIFICATIONS}"} | trace_id="${notification}" | span_id=~".+"`),
      ).toHaveAnyLine();
      await expect(logql(`{service_name="${TRANSITIONS}"} | trace_id="${transition}" | span_id=~".+"`)).toHaveAnyLine();
    });

    alone(
      'P6.9 no job is lost or done twice: a daemon killed mid-job, a message delivered again, a publish that RabbitMQ did not take',
      async ({ expect, postgres, rabbitmq, stack, note }) => {
        const client = await postgres.connect();
        const channel = await rabbitmq.channel();
        const events = await watchEvents(channel);
        const held = await holdNewGame(client, await postgres.connect());
        const jobs = [
          await scheduleTransition(client),
          await scheduleTransition(client, held.game),
          await scheduleTransition(client),
        ] as const;
        const daemonAndBot = <T>(statement: string, read: () => Promise<T>, isFinal?: (found: T) => boolean) =>
          work(statement, [TRANSITIONS, BOT], WORK_MS, read, isFinal && { isFinal });
        const workOn = (rows: readonly DueRow[]) =>
          daemonAndBot(
            `the work on ${rows.length} due rows`,
            () => countProcessed(client, rows),
            isDoneTooOften(rows.length),
          );
        await expect(daemonAndBot('the number of daemons that wait for the held game', held.countWaiting)).toShow(
          'is 1',
          (waiting) => waiting === 1,
        );
        await stack.takeAway('status-transition-daemon');
        await held.release();
        await stack.bringBack('status-transition-daemon');
        await expect(workOn(jobs)).toShow('is done, and announced once each', isDoneOnce(3));
        expect(listUnidentified(events, jobs)).toHaveNoProblems(
          'Have the daemon give the message the ID of the row (buildMessage in fixtures/services/scheduler/process-next.ts)',
        );
        await events[Symbol.asyncDispose]();
        note('killed in its second of three jobs; each was processed, and its event announced, exactly once');

        const again = await publishAgain(channel, jobs[0]);
        await expect(trace(again, BOT)).toShow(
          'has both messages handled without an error',
          hasExactly(2, CONSUMED, { lacks: { ...CONSUMED, status: 'error' } }),
        );
        expect(listDoubles(await countProcessed(client, jobs))).toHaveNoProblems(
          'Have the bot note the ID of each message with what it does for it, and skip those that it has noted (fixtures/services/bot/announce.ts)',
        );
        note('a message that was delivered twice more was announced no more');
        const acknowledgement = await readAcknowledgement(run.rabbitmq?.metricsUrl ?? '', 'bot.events');
        expect(listUnacknowledged(acknowledgement)).toHaveNoProblems(
          'Consume without noAck, and acknowledge each message when it was handled (fixtures/services/messaging/consumer.ts)',
        );
        note(
          acknowledgement === undefined
            ? 'whether the bot acknowledges messages was not looked at: RabbitMQ has no series for each queue'
            : 'the bot acknowledges the messages that it handles',
        );

        const confirms = await refuseConfirms(channel, client);
        const unconfirmed = [await scheduleTransition(client)] as const;
        await expect(
          daemonAndBot('an event that RabbitMQ does not confirm', () => confirms.read(unconfirmed[0])),
        ).toShow(
          'is published again, or taken for published',
          ({ published, processed, announced }) => announced > 0 && published + processed > 1,
        );
        expect(listTooEarly(await confirms.read(unconfirmed[0]))).toHaveNoProblems(
          'Have the daemon publish within the transaction of the row, and wait for the confirm of RabbitMQ before it commits (fixtures/services/scheduler/process-next.ts, publish in fixtures/services/messaging/messaging.ts)',
        );
        await confirms[Symbol.asyncDispose]();
        await expect(workOn(unconfirmed)).toShow('is done, and announced once', isDoneOnce(1));
        note('an event was published until RabbitMQ confirmed it, its row done only then, and it was announced once');

        await using _ = await unbindEvents(channel);
        const returned = [await scheduleTransition(client)];
        await expect(workOn(returned)).toShow('is done, and announced once', isDoneOnce(1));
        note('an event that RabbitMQ returned, because no queue was bound, was published again, and announced once');
      },
    );
  },
);
