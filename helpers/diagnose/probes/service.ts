import { request } from 'undici';
import { z } from 'zod';
import { newUnsampledParent } from '../../otlp/ids.ts';
import type { Part } from '../../run/part.ts';
import type { Run } from '../../run/run.ts';
import { scaleToLoad } from '../load.ts';
import { type Probe, probeInTime } from './probe.ts';

/** A service checks its own parts for up to 2.5 s before it answers. */
const HEALTH_MS = 5000;

/** What a service says of itself: of its parts, those that fail, or all with `ok`. */
const Health = z.object({
  failing: z.record(z.string(), z.string()).optional(),
  parts: z.record(z.string(), z.string()).optional(),
});

/** Asks a service for its health. */
export function probeService(part: Part): Probe {
  return async (run, limit = scaleToLoad(HEALTH_MS)) => {
    const url = findUrl(run, part);
    if (url === undefined) return undefined;
    return await probeInTime(async (signal) => {
      const headers = { traceparent: newUnsampledParent() };
      const { body } = await request(`${url}/health`, { headers, signal });
      const health = Health.safeParse(await body.json());
      if (!health.success) return undefined;
      const failing = Object.entries({ ...health.data.parts, ...health.data.failing }).filter(
        ([, outcome]) => outcome !== 'ok',
      );
      if (failing.length === 0) return undefined;
      return { fault: 'unhealthy', reason: failing.map(([name, outcome]) => `${name}: ${outcome}`).join('; ') };
    }, limit);
  };
}

function findUrl(run: Run, part: Part): string | undefined {
  if (part === 'api' || part === 'bot') return run[part]?.url;
  if (part === 'notification-daemon') return run.notificationDaemon?.url;
  return part === 'status-transition-daemon' ? run.statusTransitionDaemon?.url : undefined;
}
