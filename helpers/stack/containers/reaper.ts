import type Dockerode from 'dockerode';
import { lookForImage } from '../../images/resolve.ts';
import type { Settings } from '../../settings/settings.ts';

/**
 * Starts testcontainers' Ryuk, which removes what a process has left when its connection ends, and returns the label by
 * which it knows that: it outlives a watchdog that is killed together with its runner. None where
 * `TESTCONTAINERS_RYUK_DISABLED` is true, where its image can't be had, or where it can't run; then the watchdog and the next
 * run's sweep clean up, as always.
 */
export async function startReaper(docker: Dockerode, settings: Settings): Promise<Record<string, string>> {
  if (!settings.engine.ryuk) return {};
  const { getContainerRuntimeClient, getReaper, LABEL_TESTCONTAINERS_SESSION_ID } = await import('testcontainers');
  const { getReaperImage } = await import('testcontainers/build/reaper/reaper.js');
  const look = await lookForImage(docker, getReaperImage(), settings);
  if (!('found' in look) && !('pullable' in look && look.pullable === 'surely')) return {};
  try {
    const { sessionId } = await getReaper(await getContainerRuntimeClient());
    return { [LABEL_TESTCONTAINERS_SESSION_ID]: sessionId };
  } catch {
    return {};
  }
}
