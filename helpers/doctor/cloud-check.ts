import type { CloudStack } from '../clients/cloud-api.ts';
import type { Milliseconds } from '../otlp/ids.ts';
import type { TokenDescription } from '../settings/token.ts';
import type { Exchange, Unanswered } from './exchange.ts';
import type { Probe } from './probes.ts';

/** What is wrong between this machine and a stack of Grafana Cloud: one for each thing to correct, as data. */
export type CloudProblem =
  /** It shows without asking anybody. */
  | { readonly kind: 'variable'; readonly variable: string; readonly message: string }
  | { readonly kind: "another service's ID"; readonly variable: string; readonly id: string; readonly owner: string }
  /** The right ID stands in the variable of another service. */
  | {
      readonly kind: 'ID in another variable';
      readonly variable: string;
      readonly id: string;
      readonly right: string;
      readonly owner: string;
    }
  /** No ID of this stack; `expected` is the right one, where the stack could be asked for it. */
  | { readonly kind: "not the stack's ID"; readonly variable: string; readonly id: string; readonly expected?: string }
  | { readonly kind: 'another endpoint'; readonly variable: string; readonly expected: string }
  | { readonly kind: 'wrong region'; readonly variable: string; readonly region: string; readonly expected: string }
  | { readonly kind: 'wrong token'; readonly variable: string }
  /** Every ID is refused, and which of the two is wrong can't be told. */
  | { readonly kind: "wrong token or another stack's IDs"; readonly variable: string }
  | { readonly kind: "another stack's IDs"; readonly stack?: string }
  | { readonly kind: 'wrong kind of token'; readonly variable: string; readonly token: TokenDescription['kind'] }
  | { readonly kind: 'missing scope'; readonly variable: string; readonly scopes: readonly string[] }
  | { readonly kind: 'wrong path'; readonly variable: string; readonly url: string; readonly status: number }
  | { readonly kind: 'web page'; readonly variable: string; readonly url: string }
  | { readonly kind: 'other API'; readonly variable: string; readonly url: string; readonly body: string }
  | {
      readonly kind: 'redirect' | 'service fault';
      readonly variable: string;
      readonly url: string;
      readonly status: number;
    }
  | {
      readonly kind: 'no answer';
      readonly variables: readonly string[];
      readonly host: string;
      readonly reason: Unanswered;
    }
  | { readonly kind: 'clock'; readonly offset: Milliseconds }
  | { readonly kind: 'inactive stack'; readonly stack: string; readonly status: string }
  | { readonly kind: 'no such stack'; readonly stack: string }
  | { readonly kind: 'no data source'; readonly message: string }
  | { readonly kind: 'Grafana refuses'; readonly status: number; readonly message: string };

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
