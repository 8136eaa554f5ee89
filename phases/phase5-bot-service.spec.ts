import { dispatch, makeSnowflake, sendInteraction } from '../helpers/emit/discord.ts';
import { once } from '../helpers/emit/once.ts';
import { phase, test } from '../helpers/expect/criterion.ts';
import { run } from '../helpers/expect/run.ts';
import { nextExport } from '../helpers/expect/scrape.ts';
import { serviceInstance } from '../helpers/expect/services.ts';
import { logql, serviceMetric, trace } from '../helpers/expect/telemetry.ts';
import { waitForTrace } from '../helpers/expect/wait-for-trace.ts';

const SERVICE = 'bot-service';
const gateway = run.bot?.gatewayUrl ?? '';
const DATABASE_QUERY = { kind: 'client', attributes: { 'db.system.name|db.system': 'postgresql' } } as const;
/** One of each for all criteria that look at its trace: spans cost money. */
const listGames = once(() => sendInteraction(gateway, 'list-games'));
const myGames = once(() => sendInteraction(gateway, 'my-games'));

phase('Phase 5: bot service', { needs: ['bot'] }, () => {
  test('P5.1 initialisation is logged for all three signals; discord.on_ready span', async ({ expect }) => {
    const initialised = logql(`{service_name="${SERVICE}"}${serviceInstance} |~ "initiali[sz]ed"`);
    await expect(initialised).toHaveLines('tracing', 'metrics', 'logging');
    const user = makeSnowflake();
    await dispatch(gateway, 'READY', { user: { id: user, username: 'bot' }, guilds: [] });
    const id = await waitForTrace(`{name="discord.on_ready" && span.discord.user_id="${user}"}`, SERVICE);
    await expect(trace(id, SERVICE)).toHaveSpan({ name: 'discord.on_ready', service: SERVICE, root: true });
  });

  test('P5.2 /list-games: root span discord.on_interaction with the interaction’s type and the user, channel and guild IDs', async ({
    expect,
  }) => {
    const { ids, query } = await listGames();
    await expect(trace(await waitForTrace(query, SERVICE), SERVICE)).toHaveSpan({
      name: 'discord.on_interaction',
      service: SERVICE,
      root: true,
      attributes: { 'discord.interaction_type': 'application_command', ...ids },
    });
  });

  test('P5.3 its child discord.command.list_games with the command and the same IDs', async ({ expect }) => {
    const { ids, query } = await listGames();
    await expect(trace(await waitForTrace(query, SERVICE), SERVICE)).toHaveSpan({
      name: 'discord.on_interaction',
      children: [{ name: 'discord.command.list_games', attributes: { 'discord.command': 'list-games', ...ids } }],
    });
  });

  test('P5.4 /my-games likewise, discord.command.my_games', async ({ expect }) => {
    const { ids, query } = await myGames();
    await expect(trace(await waitForTrace(query, SERVICE), SERVICE)).toHaveSpan({
      name: 'discord.on_interaction',
      root: true,
      attributes: { 'discord.interaction_type': 'application_command', ...ids },
      children: [{ name: 'discord.command.my_games', attributes: { 'discord.command': 'my-games', ...ids } }],
    });
  });

  test('P5.5 database spans are children of the command span', async ({ expect }) => {
    const { query } = await listGames();
    await expect(trace(await waitForTrace(query, SERVICE), SERVICE)).toHaveSpan({
      name: 'discord.command.list_games',
      children: [DATABASE_QUERY],
    });
  });

  test('P5.6 discord.on_guild_join and discord.on_guild_remove spans with the guild ID', async ({ expect }) => {
    const guild = makeSnowflake();
    await dispatch(gateway, 'GUILD_CREATE', { id: guild, name: 'A guild that joins' });
    await dispatch(gateway, 'GUILD_DELETE', { id: guild });
    const joined = await waitForTrace(`{name="discord.on_guild_join" && span.discord.guild_id="${guild}"}`, SERVICE);
    await expect(trace(joined, SERVICE)).toHaveSpan({ name: 'discord.on_guild_join', service: SERVICE, root: true });
    const removed = await waitForTrace(`{name="discord.on_guild_remove" && span.discord.guild_id="${guild}"}`, SERVICE);
    await expect(trace(removed, SERVICE)).toHaveSpan({ name: 'discord.on_guild_remove', service: SERVICE, root: true });
  });

  test('P5.7 metrics under service_name="bot-service"', async ({ expect }) => {
    await listGames();
    await nextExport(SERVICE);
    await expect(
      serviceMetric('discord_interactions_total|http_client_.+_count|nodejs_.+', SERVICE),
    ).toHaveValueAtLeast(0);
    const command = { discord_command: 'list-games' };
    await expect(
      serviceMetric('discord_interactions_total', SERVICE, { ...command, discord_outcome: 'answered' }),
    ).toHaveValueAtLeast(1);
    await expect(serviceMetric('discord_command_duration_seconds_count', SERVICE, command)).toHaveValueAtLeast(1);
  });

  test('P5.8 logs carry the trace_id of the interaction', async ({ expect }) => {
    const { query } = await myGames();
    const id = await waitForTrace(query, SERVICE);
    await expect(logql(`{service_name="${SERVICE}"} | trace_id="${id}"`)).toHaveAnyLine();
  });
});
