import { inject } from 'vitest';

/** Whether this process has taken a part of the stack away, or is one that does. */
let hasBegun = inject('order') === 'outages';

/** Notes that a part of the stack is taken away. */
export function noteOutage(): void {
  hasBegun = true;
}

/** Whether what fails now may work again by itself: parts that are taken away come back. */
export function mayRecover(): boolean {
  return hasBegun;
}
