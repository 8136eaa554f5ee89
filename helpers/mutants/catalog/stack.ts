/** What a person lost or changed in what Alloy measures and the services use. */
import { cut, swap } from '../edit.ts';
import type { Mutant } from '../mutant.ts';
import { all, mutant, noOp } from './entry.ts';
import { rewrite } from './rewrite.ts';

/** The application's role, and its database. */
const APPLICATION = 'game_scheduler';
const BOT = 'bot.events';
const RENAME = 'ALTER TABLE notification_schedule RENAME COLUMN';

export const stack: readonly Mutant[] = [
  mutant(
    's01',
    'RabbitMQ: per-object metrics are off',
    { parts: [{ rabbitmq: [cut('prometheus.return_per_object_metrics = true')] }] },
    'phase7',
    { cause: all('return_per_object_metrics'), vague: /queue/ },
  ),
  mutant('s02', 'PostgreSQL is stopped', { parts: [{ part: 'postgres', is: 'stopped' }] }, 'phase2', {
    cause: all('PostgreSQL', 'no answer|refused'),
  }),
  mutant('s03', 'Redis is stopped', { parts: [{ part: 'redis', is: 'stopped' }] }, 'phase3', {
    cause: all('Redis', 'no answer|refused'),
  }),
  mutant('s04', 'RabbitMQ hangs', { parts: [{ part: 'rabbitmq', is: 'paused' }] }, 'phase7', {
    cause: all('RabbitMQ', 'no answer|timeout|deadline'),
  }),
  mutant('s05', 'PostgreSQL hangs', { parts: [{ part: 'postgres', is: 'paused' }] }, 'phase2', {
    cause: all('PostgreSQL', 'no answer|timeout|deadline'),
  }),
  mutant('s06', 'the API is stopped', { parts: [{ part: 'api', is: 'stopped' }] }, 'phase4', {
    cause: all('API', 'no answer|refused'),
  }),
  mutant('s07', 'the bot is stopped', { parts: [{ part: 'bot', is: 'stopped' }] }, 'phase5', {
    cause: all('bot', 'no answer|refused'),
  }),
  mutant(
    's08',
    'PostgreSQL: the column notification_time is renamed',
    {
      parts: [{ sql: `${RENAME} notification_time TO notify_at`, undo: `${RENAME} notify_at TO notification_time` }],
    },
    'phase6',
    { cause: all('notification_time', 'column|does not exist') },
  ),
  mutant(
    's09',
    'the notification daemon is stopped',
    { parts: [{ part: 'notification-daemon', is: 'stopped' }] },
    'phase6',
    {
      cause: all('notification.daemon', 'no answer|refused'),
    },
  ),
  mutant(
    's10',
    'the status transition daemon hangs',
    { parts: [{ part: 'status-transition-daemon', is: 'paused' }] },
    'phase6',
    {
      cause: all('status.transition.daemon', 'no answer|timeout'),
    },
  ),
  mutant(
    's11',
    'Redis: its password was changed',
    {
      parts: [
        {
          redis: ['CONFIG', 'SET', 'requirepass', 'another'],
          undo: ({ redis: endpoint }) => ['CONFIG', 'SET', 'requirepass', endpoint?.password ?? ''],
        },
      ],
    },
    'phase3',
    { cause: all('Redis', 'WRONGPASS|password') },
  ),
  mutant(
    's12',
    'PostgreSQL: the game table is renamed',
    { parts: [{ sql: 'ALTER TABLE games RENAME TO matches', undo: 'ALTER TABLE matches RENAME TO games' }] },
    'phase4',
    { cause: all('games', 'does not exist') },
  ),
  mutant('s14', 'Redis hangs', { parts: [{ part: 'redis', is: 'paused' }] }, 'phase3', {
    cause: all('Redis', 'no answer|timeout|deadline'),
  }),
  mutant('s15', 'RabbitMQ hangs while the daemons work', { parts: [{ part: 'rabbitmq', is: 'paused' }] }, 'phase6', {
    cause: all('RabbitMQ', 'no answer|timeout'),
  }),
  mutant('s16', 'Redis is stopped while the API works', { parts: [{ part: 'redis', is: 'stopped' }] }, 'phase4', {
    cause: all('Redis', 'no answer|refused'),
  }),
  mutant(
    's17',
    'PostgreSQL is stopped while the bot works',
    { parts: [{ part: 'postgres', is: 'stopped' }] },
    'phase5',
    {
      cause: all('PostgreSQL', 'no answer|refused'),
    },
  ),
  mutant(
    's18',
    'RabbitMQ: the plugin rabbitmq_prometheus is off',
    { parts: [{ rabbitmq: [], plugins: '[].\n' }] },
    'phase7',
    { cause: all('RabbitMQ', 'rabbitmq_prometheus') },
  ),
  noOp(
    's19',
    'RabbitMQ: the queue of the bot is deleted, which declares it again',
    { parts: [{ queue: BOT }] },
    'phase6',
  ),
  mutant(
    's20',
    'RabbitMQ: the queue of the bot has an x-max-length',
    { parts: [{ queue: BOT, arguments: { 'x-max-length': 1 } }] },
    'phase6',
    { cause: all('bot\\.events', 'x-max-length|inequivalent'), vague: /RabbitMQ/ },
  ),
  noOp(
    's21',
    'PostgreSQL: the role is no member of pg_monitor, and reads what the criteria ask about without',
    {
      parts: [
        {
          sql: `REVOKE pg_monitor FROM ${APPLICATION}`,
          undo: `GRANT pg_monitor TO ${APPLICATION}`,
          isSuperuser: true,
        },
      ],
    },
    'phase2',
  ),
  mutant(
    's22',
    'Redis: maxclients is reached',
    { parts: [{ redis: ['CONFIG', 'SET', 'maxclients', '1'], undo: () => ['CONFIG', 'SET', 'maxclients', '10000'] }] },
    'phase3',
    { cause: all('Redis', 'maxclients|max number of clients') },
  ),
  mutant(
    's23',
    'PostgreSQL: no connection is left for the role',
    {
      parts: [
        {
          sql: `ALTER ROLE ${APPLICATION} CONNECTION LIMIT 0`,
          undo: `ALTER ROLE ${APPLICATION} CONNECTION LIMIT -1`,
          isSuperuser: true,
        },
      ],
    },
    'phase2',
    { cause: all('PostgreSQL', 'too many connections|CONNECTION LIMIT|max_connections') },
  ),
  mutant(
    's24',
    'Redis is a replica, which takes no writes',
    { parts: [{ redis: ['REPLICAOF', '127.0.0.1', '1'], undo: () => ['REPLICAOF', 'NO', 'ONE'] }] },
    'phase3',
    { cause: all('Redis', 'READONLY|read.only|replica', 'REPLICAOF|master') },
  ),
  mutant(
    's25',
    'PostgreSQL: the database of the application is gone',
    {
      parts: [
        {
          sql: [
            `ALTER DATABASE ${APPLICATION} ALLOW_CONNECTIONS false`,
            `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '${APPLICATION}'`,
            `ALTER DATABASE ${APPLICATION} RENAME TO another`,
          ],
          undo: [
            `ALTER DATABASE another RENAME TO ${APPLICATION}`,
            `ALTER DATABASE ${APPLICATION} ALLOW_CONNECTIONS true`,
          ],
          isSuperuser: true,
        },
      ],
    },
    'phase5',
    { cause: all('PostgreSQL', `database "?${APPLICATION}`, 'does not exist') },
  ),
  noOp(
    's26',
    'PostgreSQL: the game table is empty',
    { parts: [{ sql: 'DELETE FROM games', undo: 'SELECT 1' }] },
    'phase4 phase5',
  ),
  mutant(
    's27',
    'RabbitMQ: the user may not configure queues',
    {
      parts: [
        {
          rabbitmq: [],
          definitions: ({ rabbitmq }) => permit(rabbitmq?.user, '^$'),
          undo: ({ rabbitmq }) => permit(rabbitmq?.user, '.*'),
        },
      ],
    },
    'phase7',
    { cause: all('RabbitMQ', 'ACCESS_REFUSED|permission', 'set_permissions|configure') },
  ),
  mutant(
    's28',
    'RabbitMQ: memory alarm',
    {
      parts: [
        {
          rabbitmq: [
            swap(
              'disk_free_limit.absolute = 10MB',
              'disk_free_limit.absolute = 10MB\nvm_memory_high_watermark.absolute = 1MB',
            ),
          ],
        },
      ],
    },
    'phase7',
    { cause: all('RabbitMQ', 'memory', 'vm_memory_high_watermark') },
  ),
  mutant(
    's29',
    'RabbitMQ: the virtual host takes no more queues',
    { parts: [{ rabbitmq: [], definitions: () => limitQueues(3), undo: () => limitQueues(-1) }] },
    'phase7',
    { cause: all('RabbitMQ', 'limit', 'max-queues|queue') },
  ),
  mutant(
    's30',
    'Redis: maxmemory is used up',
    { parts: [{ redis: ['CONFIG', 'SET', 'maxmemory', '1kb'], undo: () => ['CONFIG', 'SET', 'maxmemory', '0'] }] },
    'phase3',
    { cause: all('Redis', 'OOM|maxmemory') },
  ),
  mutant(
    's31',
    'the bot handles a message twice that is delivered twice',
    {
      parts: [
        {
          sql: [
            `CREATE FUNCTION forget_message() RETURNS trigger LANGUAGE plpgsql AS
              $$ BEGIN NEW.message_id := gen_random_uuid(); RETURN NEW; END $$`,
            'CREATE TRIGGER forget BEFORE INSERT ON announcements FOR EACH ROW EXECUTE FUNCTION forget_message()',
          ],
          undo: 'DROP FUNCTION forget_message() CASCADE',
        },
      ],
    },
    'P6.9',
    { cause: all('bot', 'twice') },
  ),
  mutant(
    's32',
    'the status transition daemon does not wait for the confirm of RabbitMQ',
    {
      services: {
        'status-transition-daemon': rewrite(
          '/messaging/messaging.ts',
          swap("await within(confirmTimeoutMs, confirmed.promise, 'it did not confirm a message');", ''),
        ),
      },
    },
    'P6.9',
    { cause: all('status transition daemon', 'confirm') },
  ),
  mutant(
    's33',
    'PostgreSQL: the role reads only',
    {
      parts: [
        {
          sql: `ALTER ROLE ${APPLICATION} SET default_transaction_read_only = on`,
          undo: [
            'SET default_transaction_read_only = off',
            `ALTER ROLE ${APPLICATION} RESET default_transaction_read_only`,
          ],
        },
      ],
    },
    'phase6',
    { cause: all('PostgreSQL', 'read-only', 'default_transaction_read_only') },
  ),
  mutant('s34', 'the API hangs', { parts: [{ part: 'api', is: 'paused' }] }, 'phase4', {
    cause: all('API', 'no answer', 'hangs'),
  }),
  mutant(
    's35',
    'PostgreSQL: track_activities is off',
    {
      parts: [
        {
          isSuperuser: true,
          sql: ['ALTER SYSTEM SET track_activities = off', 'SELECT pg_reload_conf()'],
          undo: ['ALTER SYSTEM RESET track_activities', 'SELECT pg_reload_conf()'],
        },
      ],
    },
    'phase2',
    { cause: all('PostgreSQL', 'track_activities'), vague: /pg_stat_activity/ },
  ),
  mutant(
    's36',
    'Redis: its user may not ask for INFO',
    {
      parts: [{ redis: ['ACL', 'SETUSER', 'default', '-info'], undo: () => ['ACL', 'SETUSER', 'default', '+info'] }],
    },
    'phase3',
    { cause: all('Redis', 'NOPERM', 'info', 'ACL SETUSER'), vague: /Redis/ },
  ),
  mutant(
    's40',
    'PostgreSQL: a trigger refuses what the daemon does',
    {
      parts: [
        {
          sql: [
            "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'games are frozen'; END $$",
            'CREATE TRIGGER refuse BEFORE UPDATE OF status ON games FOR EACH ROW EXECUTE FUNCTION refuse()',
          ],
          undo: 'DROP FUNCTION refuse CASCADE',
        },
      ],
    },
    'phase6',
    { cause: all('games are frozen', 'function refuse|PostgreSQL'), vague: /frozen/ },
  ),
  mutant(
    's41',
    'PostgreSQL: statements of the role have a millisecond',
    {
      parts: [
        {
          sql: `ALTER ROLE ${APPLICATION} SET statement_timeout = 1`,
          undo: `ALTER ROLE ${APPLICATION} RESET statement_timeout`,
          isSuperuser: true,
        },
      ],
    },
    'phase2',
    { cause: all('statement_timeout|statement timeout') },
  ),
  mutant(
    's42',
    'Redis: no password is wanted any more',
    {
      parts: [
        {
          redis: ['CONFIG', 'SET', 'requirepass', ''],
          undo: ({ redis: endpoint }) => ['CONFIG', 'SET', 'requirepass', endpoint?.password ?? ''],
        },
      ],
    },
    'phase3',
    { cause: all('Redis', 'requirepass|wants none'), vague: /password/ },
  ),
  mutant(
    's43',
    'Redis: its user may not write',
    { parts: [{ redis: ['ACL', 'SETUSER', 'default', '-set'], undo: () => ['ACL', 'SETUSER', 'default', '+@all'] }] },
    'phase4',
    { cause: all('Redis', 'NOPERM', 'ACL SETUSER'), vague: /Redis/ },
  ),
];

/** What lets a user of RabbitMQ configure the queues that match, and use all. */
function permit(user = '', configure: string): object {
  return { permissions: [{ user, vhost: '/', configure, write: '.*', read: '.*' }] };
}

/** What limits the number of queues in the virtual host. */
function limitQueues(queues: number): object {
  const value = { 'max-queues': queues };
  return { parameters: [{ component: 'vhost-limits', vhost: '/', name: 'limits', value }] };
}
