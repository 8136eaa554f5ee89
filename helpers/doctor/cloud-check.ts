import type { CloudStack } from '../clients/cloud-api.ts';
import type { Milliseconds } from '../otlp/ids.ts';
import type { CloudProblem } from '../run/cloud-problem.ts';
import type { CloudService } from '../settings/cloud.ts';
import type { Settings } from '../settings/settings.ts';
import type { TokenDescription } from '../settings/token.ts';
import type { Exchange } from './exchange.ts';
import type { Probe } from './probes.ts';

/** Where a service does not answer as it does, and what asking elsewhere has shown. */
export type Misplaced = {
  /** The variable that leads there, and what it is. */
  readonly variable: string;
  readonly value: string;
  /** The URL that was asked, without its parameters, and the HTTP status that it answered. */
  readonly url: string;
  readonly status: number;
  /** The other service that answers there. */
  readonly owner?: CloudService;
  /** That it answers with the instance ID of the service that is not there, and not with its own. */
  readonly takesId?: boolean;
  /** What the variable should be, and where the service is asked with that. */
  readonly right?: string;
  readonly rightUrl?: string;
  /** What it answers, in words of its own. */
  readonly says?: string;
};

/** What became of a probe: where `misplaced` has the right address, what became of it there. */
export type ProbeResult = {
  readonly probe: Probe;
  readonly exchange: Exchange;
  readonly isGood: boolean;
  readonly misplaced?: Misplaced;
};

/** A way that was not asked, and why not: a variable that is not set or can't be used, or a Grafana that can't be asked. */
export type SkippedWay = Pick<Probe, 'service' | 'scope'> & {
  readonly variable: string;
  readonly reason: 'unset' | 'unusable' | 'no Grafana';
};

/** An address that was asked and is not the one that the stack tells. */
export type Difference = {
  readonly variable: string;
  readonly service: CloudService;
  readonly host: string;
  /** The URL that the stack tells. */
  readonly expected: string;
  /** Whether it takes the login all the same. */
  readonly isTaken: boolean;
  readonly isSameDomain: boolean;
};

/** What the stack says of itself; `refused` is the HTTP status where Grafana Cloud's API did not say it. */
export type StackAnswer =
  | CloudStack
  | {
      readonly notAsked: 'no slug' | 'private' | 'no scope' | 'no answer' | 'no token' | 'no gateway';
      readonly refused?: number;
    };

/** What was found, of which the problems follow. */
export type Evidence = {
  readonly settings: Settings;
  readonly results: readonly ProbeResult[];
  readonly stack: StackAnswer;
  readonly differences: readonly Difference[];
  /** How far this machine's clock is behind that of Grafana Cloud, where an answer said. */
  readonly clockOffset: Milliseconds | undefined;
};

/** What a check of Grafana Cloud found. */
export type CloudCheck = Omit<Evidence, 'settings'> & {
  readonly token: TokenDescription;
  readonly skipped: readonly SkippedWay[];
  readonly problems: readonly CloudProblem[];
};
