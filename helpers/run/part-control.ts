import type { Part } from './stack.ts';

/** What can be done to the parts of a stack of ours. What is asked of one part is done one after the other. */
export type PartControl = {
  /** Makes an outage of a part, in the way that costs least. Returns when it can't be reached. Harmless when it is away. */
  readonly takeAway: (part: Part) => Promise<void>;
  /** Ends the outage. Returns when the part is ready. Harmless when it is there. */
  readonly bringBack: (part: Part) => Promise<void>;
  /** Stops the processes of a part where they stand (SIGSTOP): connections stay open and nothing answers. */
  readonly pause: (part: Part) => Promise<void>;
  readonly resume: (part: Part) => Promise<void>;
  /** Does with a part what its users will do; throws, with the reason, where it can't. */
  readonly check: (part: Part) => Promise<void>;
  /** Ends a part and starts it anew at the same address. Returns when it is ready. */
  readonly restart: (part: Part) => Promise<void>;
};
