import type { Milliseconds } from '../otlp/ids.ts';
import type { CloudService } from '../settings/cloud.ts';
import type { TokenDescription } from '../settings/token.ts';

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
  /** A 403 that is about no scope: an allow-list of addresses, a policy of the organisation. */
  | { readonly kind: 'access denied'; readonly variable: string; readonly url: string; readonly body: string }
  | { readonly kind: 'wrong path'; readonly variable: string; readonly url: string; readonly status: number }
  | { readonly kind: 'web page'; readonly variable: string; readonly url: string }
  | { readonly kind: 'other API'; readonly variable: string; readonly url: string; readonly body: string }
  | {
      readonly kind: 'redirect' | 'service fault' | 'too many requests';
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

/** Why a host does not answer, as far as that can be told. */
export type Unanswered =
  | { readonly kind: 'unknown host' }
  /** `isProxied` where a proxy stands on the way, which may be what refuses. */
  | { readonly kind: 'refused connection'; readonly isProxied?: true }
  | { readonly kind: 'timeout' }
  | { readonly kind: 'untrusted certificate'; readonly code: string }
  | { readonly kind: 'wrong certificate'; readonly code: string }
  | { readonly kind: 'proxy login' }
  | { readonly kind: 'proxy refuses'; readonly status: string }
  | { readonly kind: 'other'; readonly message: string };

/** One way in which a run uses a service of Grafana Cloud, and what became of its login when the run began. */
export type CheckedWay = {
  readonly service: CloudService;
  readonly does: 'write' | 'read';
  /** What the token needs, such as `traces:write`. */
  readonly scope: string;
  readonly tokenVariable: string;
  /** `unknown` where the service said neither, as one that was out of reach. */
  readonly login: 'accepted' | 'refused' | 'unknown';
};

/** What the check of Grafana Cloud found when a run began. */
export type CloudState = { readonly ways: readonly CheckedWay[]; readonly problems: readonly CloudProblem[] };
