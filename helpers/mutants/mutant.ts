import type { ServicePart } from '../run/part.ts';
import type { Run } from '../run/run.ts';
import type { EnvironmentChange } from '../run/stack.ts';
import type { Edit } from './edit.ts';
import type { Fault } from './faulty-gateway.ts';

/** Variables of one part, or how they follow from the stack that the part belongs to. */
export type Change = EnvironmentChange | ((run: Run) => EnvironmentChange);

/** A part of the stack that a person lost or changed, and what makes it as it was. */
export type PartBreak =
  | { readonly part: ServicePart | 'postgres' | 'redis' | 'rabbitmq' | 'alloy'; readonly is: 'stopped' | 'paused' }
  /** Statements, one after the other: by the application's role in its database, or by the superuser in that of its own. */
  | { readonly sql: string | readonly string[]; readonly undo: string | readonly string[]; readonly isSuperuser?: true }
  | { readonly redis: readonly string[]; readonly undo: (run: Run) => readonly string[] }
  /** A queue is deleted, and declared again with these arguments, where there are any; services repair it by themselves. */
  | { readonly queue: string; readonly arguments?: Readonly<Record<string, string | number>> }
  /**
   * `fixtures/rabbitmq/rabbitmq.conf`; `plugins` is in place of those that are enabled, and `definitions` are loaded, which
   * `undo` takes back.
   */
  | {
      readonly rabbitmq: readonly Edit[];
      readonly plugins?: string;
      readonly definitions?: (run: Run) => object;
      readonly undo?: (run: Run) => object;
    };

/** What a person did wrong, as it is done to a running stack. */
export type Break = {
  /** The `GRAFANA_CLOUD_*` variables as the person sets them for a run; it then starts a stack of its own. */
  readonly variables?: Readonly<Record<string, string>>;
  /** Of `config.alloy`. */
  readonly configuration?: readonly Edit[];
  /** Of Alloy's environment alone; the run knows the right values. */
  readonly alloy?: Change;
  /** Of the environments of services. */
  readonly services?: Readonly<Partial<Record<ServicePart, Change>>>;
  readonly parts?: readonly PartBreak[];
  /** What is wrong between Alloy and the backend. */
  readonly backend?: Fault;
};

/** What a run has to say about a break. The patterns are tested on the cause and the fix as one text. */
export type Expectation = {
  /** The decisive words: the component, variable, status or line that a person has to look at. */
  readonly cause: RegExp;
  /** What is true, and leaves the person to search. */
  readonly vague?: RegExp;
  /** Criteria that have to fail, beside whatever else does. */
  readonly fails?: readonly string[];
};

/** One thing that a person may do, and what a run has to make of it: no `expected` is that nothing fails. */
export type Mutant = {
  readonly id: string;
  /** What the person did, in one line. */
  readonly title: string;
  readonly breaks: Break;
  /** The phases, or the IDs of criteria, that it concerns. */
  readonly run: readonly string[];
  readonly expected?: Expectation;
};
