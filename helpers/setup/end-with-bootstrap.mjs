// Preloaded into what bootstrap.mjs runs. Ends the process when bootstrap is gone without having passed a signal on,
// as after `kill -9`. Workers of the process inherit the preload, but not bootstrap as their parent.

import { isMainThread } from 'node:worker_threads';

// Whoever reads may have enough, as `head` has: what was begun is finished all the same. A stream that says that it has failed
// is no longer given what workers print, and a worker whose output nobody takes never ends.
if (isMainThread) {
  const emit = process.stdout.emit.bind(process.stdout);
  process.stdout.emit = (/** @type {string} */ name, /** @type {unknown[]} */ ...values) =>
    emit(name === 'error' || name === 'close' ? 'drain' : name, ...values);
}

if (isMainThread && process.env.ALLOY_VERIFY_BOOTSTRAP === String(process.ppid)) {
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    process.kill(process.pid, 'SIGTERM');
  }, 250);
  timer.unref();
}
