import { Agent, request } from 'undici';
import type { Part, PartControl } from '../../run/part.ts';

/** Controls the parts of a stack through the process that owns them and serves this socket. */
export function connectControl(socketPath: string): PartControl {
  const dispatcher = new Agent({ connect: { socketPath } });
  const command = (name: keyof PartControl) => async (part: Part) => {
    const { statusCode, body } = await request(`http://stack/${name}/${part}`, { method: 'POST', dispatcher });
    const text = await body.text();
    if (statusCode !== 204) throw new Error(`${name} ${part}: ${text}`);
  };
  return {
    takeAway: command('takeAway'),
    bringBack: command('bringBack'),
    pause: command('pause'),
    resume: command('resume'),
    check: command('check'),
    restart: command('restart'),
  };
}
