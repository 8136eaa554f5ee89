// Preloaded into what bootstrap.mjs runs. Ends the process when bootstrap is gone without having passed a signal on,
// as after `kill -9`. Workers of the process inherit the preload, but not bootstrap as their parent.

import { isMainThread } from 'node:worker_threads';

// Whoever reads may have enough, as `head` has: what was begun is finished all the same.
if (isMainThread) process.stdout.on('error', () => {});

if (isMainThread && process.env.ALLOY_VERIFY_BOOTSTRAP === String(process.ppid)) {
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    process.kill(process.pid, 'SIGTERM');
  }, 250);
  timer.unref();
}
