import { Agent, request } from 'undici';
import type { OutageControl, OutagePart } from './outage.ts';

/** Takes parts of the stack away and brings them back, through the runner that owns their processes and serves this socket. */
export function outageControl(socketPath: string): OutageControl {
  const dispatcher = new Agent({ connect: { socketPath } });
  const command = async (name: 'take-away' | 'bring-back', part: OutagePart) => {
    const { statusCode, body } = await request(`http://stack/${name}/${part}`, { method: 'POST', dispatcher });
    const text = await body.text();
    if (statusCode !== 204) throw new Error(`${name} ${part}: ${text}`);
  };
  return { takeAway: (part) => command('take-away', part), bringBack: (part) => command('bring-back', part) };
}
