import type { Milliseconds } from '../otlp/ids.ts';
import type { CloudService } from '../settings/cloud.ts';
import type { VariableHome } from '../settings/settings.ts';
import type { TokenDescription } from '../settings/token.ts';

export type { VariableHome };

/**
 * What is wrong between this machine and a stack of Grafana Cloud: one for each thing to correct, as data. `says` is what a
 * service answered to a login that it refused, where that is more than that it did.
 */
export type CloudProblem = Problem & { readonly says?: string };

type Problem =
  /** It shows without asking anybody. */
  | {
      readonly kind: 'variable';
      readonly variable: string;
      readonly message: string;
      readonly home: VariableHome;
      /** What the stack says that it should be. */
      readonly expected?: string;
    }
  | { readonly kind: 'unset'; readonly variables: readonly string[]; readonly homes: readonly VariableHome[] }
  | {
      readonly kind: "another service's ID";
      readonly variable: string;
      readonly id: string;
      readonly owner: string;
      readonly expected?: string;
    }
  /** The right ID stands in the variable of another service. */
  | {
      readonly kind: 'ID in another variable';
      readonly variable: string;
      readonly id: string;
      readonly right: string;
      readonly owner: string;
    }
  /** The stack says that its ID is another one. */
  | { readonly kind: "not the stack's ID"; readonly variable: string; readonly id: string; readonly expected: string }
  /**
   * An ID that is refused with a token that other services accept. It may be the address instead, unless `endpoint` is absent, or
   * one of `scopes` may be missing.
   */
  | {
      readonly kind: 'refused ID';
      readonly variable: string;
      readonly id: string;
      /** The variable that leads to the service. */
      readonly endpoint?: string;
      readonly scopes: readonly string[];
    }
  | {
      readonly kind: 'another endpoint';
      readonly variable: string;
      readonly host: string;
      readonly expected: string;
    }
  /** Something else than the service answers where the variable leads. */
  | {
      readonly kind: 'wrong address';
      readonly variable: string;
      /** What the variable is. */
      readonly value: string;
      /** The URL that was asked, without its parameters, and the HTTP status that it answered. */
      readonly url: string;
      readonly status: number;
      /** What is not there: of a service that takes writes, it may be its query API alone, and the other way round. */
      readonly missing: 'service' | 'writes' | 'queries';
      /** The other service that answers there. */
      readonly owner?: CloudService;
      /** Where the service answers. */
      readonly right?: string;
    }
  /** Each of the two variables is the address of the other's service; `ids` where those are swapped with them. */
  | { readonly kind: 'swapped'; readonly variables: readonly string[]; readonly ids?: readonly string[] }
  /**
   * The service takes the ID and the token at another address, and at this one it refuses them: it may be the address, or one of
   * `scopes` may be missing. `derived` for a query URL.
   */
  | {
      readonly kind: 'refused address';
      readonly variable: string;
      readonly url: string;
      readonly tokenVariable: string;
      readonly scopes: readonly string[];
      readonly derived?: DerivedUrl;
    }
  /** Not one service has accepted the token, and these endpoints are not those that the stack tells. */
  | {
      readonly kind: 'wrong token or endpoints';
      readonly variable: string;
      readonly endpoints: readonly { readonly variable: string; readonly expected: string }[];
    }
  /** `endpoint` is the right one, where the stack could be asked for it. */
  | {
      readonly kind: 'wrong region';
      readonly variable: string;
      readonly region: string;
      readonly expected: string;
      readonly endpoint?: string;
    }
  /** The token is of `region`, and all of `endpoints` are in the region `expected`. */
  | {
      readonly kind: 'token of another region';
      readonly variable: string;
      readonly region: string;
      readonly expected: string;
      readonly endpoints: readonly string[];
    }
  /** A token that is refused with an ID that is accepted; it may lack `scopes` instead. */
  | { readonly kind: 'wrong token'; readonly variable: string; readonly scopes: readonly string[] }
  /** Grafana Cloud's own API does not know it either. */
  | { readonly kind: 'invalid token'; readonly variable: string }
  /** The token of a service account lists the data sources, and a question through them is refused. */
  | { readonly kind: 'no query'; readonly variable: string }
  /** The token is refused with all of these IDs, and which of them is wrong can't be told. */
  | { readonly kind: "wrong token or another stack's IDs"; readonly variable: string; readonly ids: readonly string[] }
  | { readonly kind: "another stack's IDs" }
  | { readonly kind: 'wrong kind of token'; readonly variable: string; readonly token: TokenDescription['kind'] }
  | { readonly kind: 'missing scope'; readonly variable: string; readonly scopes: readonly string[] }
  /** A 403 that names no reason: one of `scopes` is missing, or something refuses this machine. */
  | {
      readonly kind: 'unexplained 403';
      readonly variable: string;
      readonly scopes: readonly string[];
      readonly hosts: readonly string[];
    }
  /** What answers alike at all of these URLs is not what was meant; a 401 or 403 here is about no login or scope, but an allow-list or a policy. */
  | {
      readonly kind: 'access denied' | 'web page' | 'other API' | 'redirect' | 'service fault' | 'too many requests';
      readonly variables: readonly string[];
      readonly urls: readonly string[];
      readonly status: number;
      /** The start of the answer, or where a redirect leads. */
      readonly text: string;
      readonly unset?: UnsetQueryUrls;
    }
  | {
      readonly kind: 'no answer';
      readonly variables: readonly string[];
      readonly unset?: UnsetQueryUrls;
      readonly hosts: readonly string[];
      readonly reason: Unanswered;
    }
  /** `isRefused` where every login is refused as well, which may come of it. */
  | { readonly kind: 'clock'; readonly offset: Milliseconds; readonly isRefused?: true }
  | { readonly kind: 'inactive stack'; readonly stack: string; readonly status: string }
  | { readonly kind: 'no such stack'; readonly stack: string }
  /** The services accept IDs that are not those of the stack with this slug. */
  | { readonly kind: 'another slug'; readonly stack: string }
  /** `isMissing` where there is none, and not several of which none is the default. */
  | { readonly kind: 'no data source'; readonly message: string; readonly isMissing: boolean }
  | { readonly kind: 'Grafana refuses'; readonly status: number; readonly message: string };

/** What a query URL is where it is not set: it follows from the endpoint in the variable `source`. */
export type DerivedUrl = { readonly url: string; readonly source: string };

/** Those of the variables that are query URLs and not set: each follows from an endpoint, which takes writes and is right. */
export type UnsetQueryUrls = readonly string[];

/** Why a host does not answer, as far as that can be told. */
export type Unanswered =
  | { readonly kind: 'unknown host' }
  /** `proxy` is the variable with the proxy that stands on the way, which may be what refuses, or does not answer. */
  | { readonly kind: 'refused connection' | 'timeout'; readonly proxy?: ProxyVariable }
  /** The URL has https:// and the port has no TLS. */
  | { readonly kind: 'plain HTTP' }
  | { readonly kind: 'untrusted certificate'; readonly code: string }
  | { readonly kind: 'wrong certificate'; readonly code: string }
  /** `proxy` is the variable with the proxy that is on the way, absent where none is set; `hasLogin` where a login is in it. */
  | { readonly kind: 'proxy login'; readonly proxy?: ProxyVariable; readonly hasLogin?: boolean }
  | { readonly kind: 'proxy refuses'; readonly status: string }
  | { readonly kind: 'other'; readonly message: string };

export type ProxyVariable = 'HTTPS_PROXY' | 'HTTP_PROXY';

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
