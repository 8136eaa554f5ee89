import { AsyncLocalStorage } from 'node:async_hooks';
import type { JudgedTask } from './task.ts';

const current = new AsyncLocalStorage<JudgedTask>();

/** Runs the body of a criterion: whatever waits in it can tell which one it is. */
export function inCriterion<T>(task: JudgedTask, body: () => Promise<T>): Promise<T> {
  return current.run(task, body);
}

/** What the criterion whose body calls this needs, and what it has taken away; undefined outside of one. */
export function findCriterion(): JudgedTask['meta'] | undefined {
  return current.getStore()?.meta;
}
