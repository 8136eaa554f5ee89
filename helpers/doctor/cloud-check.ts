import type { CloudStack } from '../clients/cloud-api.ts';
import type { Milliseconds } from '../otlp/ids.ts';
import type { CloudProblem } from '../run/cloud-problem.ts';
import type { TokenDescription } from '../settings/token.ts';
import type { Exchange } from './exchange.ts';
import type { Probe } from './probes.ts';

/** What became of a probe. */
export type ProbeResult = { readonly probe: Probe; readonly exchange: Exchange; readonly isGood: boolean };

/** What a check of Grafana Cloud found. */
export type CloudCheck = {
  readonly token: TokenDescription;
  /** What the stack itself says, or why it was not asked. */
  readonly stack: CloudStack | { readonly notAsked: 'no slug' | 'private' | 'no scope' | 'no answer' | 'no token' };
  readonly results: readonly ProbeResult[];
  /** How far this machine's clock is behind that of Grafana Cloud, where an answer said. */
  readonly clockOffset?: Milliseconds;
  readonly problems: readonly CloudProblem[];
};
