import type Dockerode from 'dockerode';
import { lookForImage } from '../../images/resolve.ts';

/**
 * The label by which testcontainers' Ryuk removes what a process has left when its connection ends: it outlives a watchdog
 * that is killed together with its runner. None where `TESTCONTAINERS_RYUK_DISABLED` is true, where its image is not to be
 * had, or where it can't run; the watchdog and the next run's sweep clean up then as ever.
 */
export async function reaperLabels(docker: Dockerode): Promise<Record<string, string>> {
  if (process.env.TESTCONTAINERS_RYUK_DISABLED === 'true') return {};
  const { getContainerRuntimeClient, getReaper, LABEL_TESTCONTAINERS_SESSION_ID } = await import('testcontainers');
  const { getReaperImage } = await import('testcontainers/build/reaper/reaper.js');
  const look = await lookForImage(docker, getReaperImage(), {});
  if (!('found' in look) && !('pullable' in look && look.pullable === 'surely')) return {};
  // It stays for ten seconds when nobody is left: nobody comes back to a run that has ended.
  process.env.TESTCONTAINERS_RYUK_RECONNECTION_TIMEOUT ??= '1s';
  try {
    const { sessionId } = await getReaper(await getContainerRuntimeClient());
    return { [LABEL_TESTCONTAINERS_SESSION_ID]: sessionId };
  } catch {
    return {};
  }
}
