/** The parts that an outage criterion may take away. */
export type OutagePart = 'postgres' | 'redis' | 'rabbitmq';

/** What an outage criterion can do to a stack of ours. Taking away twice and bringing back twice are harmless. */
export type OutageControl = {
  /** Returns when the part can't be reached any more. */
  readonly takeAway: (part: OutagePart) => Promise<void>;
  /** Returns when the part answers again. */
  readonly bringBack: (part: OutagePart) => Promise<void>;
};
