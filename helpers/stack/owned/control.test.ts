import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Agent, request } from 'undici';
import { expect, test } from 'vitest';
import type { PartControl } from '../../run/part.ts';
import { connectControl } from './control-client.ts';
import { serveControl } from './control-server.ts';

test('a part is controlled through the socket, and what goes wrong comes back; no other name is a command', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'control-'));
  const socketPath = join(directory, 'control.sock');
  const done: string[] = [];
  const record = (name: string) => async (part: string) => void done.push(`${name} ${part}`);
  const control: PartControl = {
    takeAway: record('takeAway'),
    bringBack: record('bringBack'),
    pause: record('pause'),
    resume: record('resume'),
    check: () => Promise.reject(new Error('it gives no answer')),
    restart: record('restart'),
  };
  const server = await serveControl(socketPath, control);
  try {
    const client = connectControl(socketPath);
    for (const name of ['takeAway', 'bringBack', 'pause', 'resume', 'restart'] as const) await client[name]('redis');
    expect(done).toEqual(['takeAway redis', 'bringBack redis', 'pause redis', 'resume redis', 'restart redis']);
    await expect(client.check('redis')).rejects.toThrow('check redis: it gives no answer');
    const dispatcher = new Agent({ connect: { socketPath } });
    for (const path of ['/toString/redis', '/restart/toString', '/restart']) {
      const { statusCode, body } = await request(`http://stack${path}`, { method: 'POST', dispatcher });
      expect([statusCode, await body.text()]).toEqual([404, `unknown command: ${path}`]);
    }
  } finally {
    await server.close();
    rmSync(directory, { recursive: true });
  }
});
