import { randomInt } from 'node:crypto';
import { interceptors, request } from 'undici';
import { UnexpectedAnswer } from '../run/unexpected-answer.ts';
import { freshConnections } from './fresh-connections.ts';

/** What Discord's HTTP interactions are answered with, and what a gateway event would be. */
const DONE = 200;
/** How long the bot may take to answer, what it is asked again included. */
const ANSWER_MS = 10_000;

/** A new ID in the form of Discord's: digits only. */
export function makeSnowflake(): string {
  return `9${Array.from({ length: 17 }, () => randomInt(10)).join('')}`;
}

/**
 * With 503 the bot says that a part is unavailable now: on a busy machine a connection may take longer than it waits for one. It
 * is asked again for five seconds.
 */
const patient = freshConnections.compose(
  interceptors.retry({
    statusCodes: [503],
    methods: ['POST'],
    errorCodes: [],
    maxRetries: 20,
    minTimeout: 250,
    timeoutFactor: 1,
    throwOnError: false,
  }),
);

/**
 * Sends the bot what Discord's gateway would dispatch (Discord API reference, Gateway Events), for some seconds again while a part
 * is unavailable to it. Throws {@link UnexpectedAnswer} if the bot refuses it.
 */
export async function dispatch(gatewayUrl: string, event: string, data: unknown): Promise<void> {
  const askedAt = Date.now();
  const { statusCode, body } = await request(gatewayUrl, {
    method: 'POST',
    dispatcher: patient,
    signal: AbortSignal.timeout(ANSWER_MS),
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ op: 0, t: event, d: data }),
  });
  const answer = { request: event, status: statusCode, wanted: DONE, body: await body.text(), askedAt };
  if (statusCode >= 300) throw new UnexpectedAnswer({ service: 'bot', ...answer });
}

/** The IDs of an interaction as attributes of its spans, and a TraceQL query that finds only its trace. */
export type Interaction = { readonly ids: Readonly<Record<string, string>>; readonly query: string };

/** Sends the bot a command that a new user types in a channel of a guild. */
export async function sendInteraction(gatewayUrl: string, command: string): Promise<Interaction> {
  const [user, channel, guild] = [makeSnowflake(), makeSnowflake(), makeSnowflake()];
  await dispatch(gatewayUrl, 'INTERACTION_CREATE', {
    id: makeSnowflake(),
    type: 2,
    data: { name: command },
    guild_id: guild,
    channel_id: channel,
    member: { user: { id: user, username: 'alloy-verify' } },
  });
  return {
    ids: { 'discord.user_id': user, 'discord.channel_id': channel, 'discord.guild_id': guild },
    query: `{name="discord.on_interaction" && span.discord.user_id="${user}"}`,
  };
}
