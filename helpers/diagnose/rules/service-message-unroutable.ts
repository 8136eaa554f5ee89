import { createServiceRule } from '../service-rule.ts';

/** Each was published on a new connection, which has declared all bindings again. One may be lost while another service does so. */
const LEAST = 2;

/**
 * RabbitMQ returns what the service publishes, again and again: no queue is bound to the exchange with a key that lets it through.
 *
 * `RabbitMQ returns what the notification daemon publishes to game_scheduler.events with the routing key game.reminder_due: no queue
 * takes it; bot.events is bound only with game.created`
 */
export const serviceMessageUnroutable = createServiceRule(
  'service message unroutable',
  ({ returned }, { subject, broker }) => {
    const last = returned.at(-1);
    // What is delivered does not depend on it.
    if (subject?.kind === 'delivery' || last === undefined) return undefined;
    const { exchange, routingKey, bindings } = last;
    const same = returned.filter((one) => one.exchange === exchange && one.routingKey === routingKey);
    if (same.length < LEAST) return undefined;
    const type = broker?.exchanges.find(({ name }) => name === exchange)?.type;
    return { exchange, routingKey, bindings, ...(type !== undefined && { type }) };
  },
);
