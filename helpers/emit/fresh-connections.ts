import { Agent } from 'undici';

/**
 * A connection for each request. A service closes one that was idle for seconds, and a busy machine notices that only with the next
 * request, which then fails and must not be made a second time.
 */
export const freshConnections = new Agent({ pipelining: 0 });
