import type { Endpoints } from './endpoints.ts';
import type { Part, PartControl } from './part.ts';
import type { AlloyEndpoint } from './run.ts';

/** Variables that a part is started with over its own; one that is undefined is taken away. */
export type EnvironmentChange = Readonly<Record<string, string | undefined>>;

/** A running stack that the project started. `stop` leaves no process, port or directory of it, and is also done when the runner is gone. */
export type Stack = PartControl & {
  readonly kind: 'native' | 'containers';
  /** Whether the stack was there before this run and stays after it. */
  readonly warm: boolean;
  readonly endpoints: Endpoints;
  /** Where Alloy is among its parts, which one it is. */
  readonly alloy?: AlloyEndpoint;
  /** The socket on which test workers take parts away and bring them back (`connectControl`). */
  readonly controlSocket: string;
  readonly versions: Readonly<Partial<Record<Part, string>>>;
  /** Milliseconds from the start of each part to its readiness, and of the whole start as `stack`. */
  readonly timings: Readonly<Partial<Record<Part | 'stack', number>>>;
  /** Parts that failed to start, or lack what was to be made in them, without ending the run: each with the reason. */
  readonly failures: Readonly<Partial<Record<Part, string>>>;
  /** The directory with the logs of the parts, `PART.log`; a log that has grown too long goes on in another file, beside `PART.log.1`. */
  readonly logs: string;
  /** The last lines that a part printed, oldest first. */
  readonly readLogTail: (part: Part, lines: number) => string[];
  /**
   * Starts a part again at the same address, with these variables over its own at this and every later start, in place of
   * those of the last change; its log is emptied. Returns when it has been started, and `check` says when it is ready.
   * Only where the parts are processes of this one.
   */
  readonly change?: (part: Part, environment: EnvironmentChange) => Promise<void>;
  /** Ends the stack, where it was started for this run; a warm one is left as it is. */
  readonly stop: () => Promise<void>;
} & AsyncDisposable;
