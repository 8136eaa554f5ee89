import { connect } from 'node:net';
import { readRefusal } from '../../findings/read-refusal.ts';
import type { Milliseconds } from '../../otlp/ids.ts';
import type { Run } from '../../run/run.ts';
import { type Probed, probeInTime } from './probe.ts';

const END = 'alloy-verify-end';

/** Logs in to Redis as the application does, and asks it for its state. */
export async function probeRedis({ redis }: Run, limit?: Milliseconds): Promise<Probed> {
  if (redis === undefined) return undefined;
  const { host, port, password } = redis;
  const commands = [...(password === '' ? [] : [['AUTH', password]]), ['PING'], ['INFO'], ['ECHO', END]];
  const text = commands.map(encode).join('');
  return await probeInTime(async (signal) => judge(await talk(host, port, text, signal)), limit);
}

/** A command as Redis is sent it (Redis serialization protocol). */
function encode(words: readonly string[]): string {
  return `*${words.length}\r\n${words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`).join('')}`;
}

/** All that is answered, until the end of the commands or of the connection. */
function talk(host: string, port: number, commands: string, signal: AbortSignal): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    const socket = connect({ host, port, signal }, () => socket.write(commands));
    socket.setEncoding('utf8').on('data', (data) => {
      text += data;
      // A command that is refused is not followed by what the others ask for.
      if (text.includes(END) || /^-/m.test(text)) socket.end();
    });
    socket.on('close', () => resolve(text)).on('error', (error) => (text === '' ? reject(error) : resolve(text)));
  });
}

function judge(text: string): Probed {
  const error = /^-(.*?)\r?$/m.exec(text)?.[1];
  if (error !== undefined) return readRefusal({ name: 'ReplyError', message: error });
  const read = (field: string) => new RegExp(`^${field}:(.*?)\\r?$`, 'm').exec(text)?.[1];
  if (read('role') === 'slave') {
    return { fault: 'read-only', reason: `it is a replica of ${read('master_host')}:${read('master_port')}` };
  }
  const [used, limit] = [Number(read('used_memory')), Number(read('maxmemory'))];
  if (limit > 0 && used >= limit && read('maxmemory_policy') === 'noeviction') {
    return { fault: 'out of memory', reason: `used_memory ${used}, maxmemory ${limit}` };
  }
  return undefined;
}
