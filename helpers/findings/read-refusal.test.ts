import { expect, test } from 'vitest';
import { readRefusal } from './read-refusal.ts';

const postgres = (code: string) => Object.assign(new Error('it said so'), { severity: 'FATAL', code });
const redis = (message: string) => Object.assign(new Error(message), { name: 'ReplyError' });
const rabbitmq = (message: string) => new Error(`Operation failed: QueueDeclare; 403 (X) with message "${message}"`);

test.each([
  ['28P01', 'login'],
  ['3D000', 'no database'],
  ['53300', 'too many clients'],
  ['25006', 'read-only'],
  ['42501', 'no permission'],
  ['42703', 'schema'],
])('PostgreSQL refuses with %s: %s', (code, fault) => {
  expect(readRefusal(postgres(code))).toEqual({ source: 'postgres', fault, reason: 'it said so' });
});

test.each([
  ['WRONGPASS invalid username-password pair or user is disabled.', 'login'],
  ['ERR max number of clients reached', 'too many clients'],
  ["READONLY You can't write against a read only replica.", 'read-only'],
  ["OOM command not allowed when used memory > 'maxmemory'.", 'out of memory'],
])('Redis refuses with %s: %s', (message, fault) => {
  expect(readRefusal(redis(message))).toEqual({ source: 'redis', fault, reason: message });
});

test.each([
  ['ACCESS_REFUSED - Login was refused using authentication mechanism PLAIN.', 'login'],
  ["ACCESS_REFUSED - configure access to queue 'q' in vhost '/' refused for user 'u'", 'no permission'],
  [
    "PRECONDITION_FAILED - cannot declare queue 'q' in vhost '/': queue limit in vhost '/' (3) is reached",
    'queue limit',
  ],
  ["PRECONDITION_FAILED - inequivalent arg 'x-max-length' for queue 'bot.events' in vhost '/'", 'other queue'],
])('RabbitMQ refuses with %s: %s', (message, fault) => {
  expect(readRefusal(rabbitmq(message))).toEqual({ source: 'rabbitmq', fault, reason: message });
});

test('what a client finds itself, and what is no refusal, is none', () => {
  const others = [postgres('57P01'), new Error('timeout expired'), redis('ERR unknown command'), undefined, 'text'];
  expect(others.map(readRefusal)).toEqual(others.map(() => undefined));
});
