/** What a person lost or changed in what Alloy measures and the services use. */
import { cut } from '../edit.ts';
import type { Mutant } from '../mutant.ts';
import { all, mutant } from './entry.ts';

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
];
