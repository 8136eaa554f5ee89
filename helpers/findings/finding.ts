import type { Part } from '../run/part.ts';
import type { Labels } from './evidence.ts';

/** What a line of Alloy's log says went wrong, without its time, so that two lines about the same fault are equal. */
export type LogExcerpt = { readonly component: string; readonly message: string };

/** A login that a service of the backend refuses. */
type RefusedLogin = {
  /** The instance ID that was refused. */
  readonly instanceId: string;
  /** What the backend says of it, where it says so. */
  readonly reason?: string;
  /** The variable of another service that holds the same ID. */
  readonly twin?: string;
};

/** Why a criterion fails: one kind for each rule of the diagnosis, with what the rule saw, as data. */
export type Finding =
  /** Problems that a criterion lists itself. */
  | { readonly kind: 'listed problems'; readonly problems: readonly string[]; readonly fix: string }
  | {
      readonly kind: 'configuration error';
      readonly file: string;
      readonly line: number;
      readonly column: number;
      readonly message: string;
    }
  | { readonly kind: 'no answer from Alloy'; readonly url: string; readonly lastLog?: LogExcerpt }
  | {
      readonly kind: 'unhealthy components';
      readonly ids: readonly string[];
      /** What the first of them says. */
      readonly message: string;
      /** Whether another program holds the port that it listens at. */
      readonly portInUse: boolean;
    }
  | { readonly kind: 'source unreachable'; readonly source: Part; readonly address: string; readonly variable?: string }
  /** `log` is what the exporter reports, where its log can be read. */
  | { readonly kind: 'exporter cannot connect'; readonly source: Part; readonly log?: LogExcerpt }
  /** `up` is 0: Alloy knows the target and gets no page from it. */
  | {
      readonly kind: 'scrape fails';
      readonly job: string;
      readonly instance: string;
      readonly source?: Part;
      /** The scrape's URL, and Alloy's error, where Alloy reports them. */
      readonly target?: { readonly component: string; readonly url: string; readonly error: string };
    }
  /** The metric arrives under another job and instance than those asked for. */
  | { readonly kind: 'other labels'; readonly wanted: Labels; readonly found: Labels }
  | ({ readonly kind: 'OTLP login refused' } & RefusedLogin)
  | { readonly kind: 'OTLP path not found'; readonly url?: string }
  | { readonly kind: 'OTLP endpoint unreachable'; readonly endpoint: string; readonly log: LogExcerpt }
  | { readonly kind: 'OTLP export fails'; readonly log?: LogExcerpt }
  | { readonly kind: 'nothing accepted over OTLP'; readonly grpc: string; readonly http: string }
  | { readonly kind: 'nothing exported over OTLP' }
  | { readonly kind: 'remote write without URL'; readonly component: string }
  | ({ readonly kind: 'remote write login refused' } & RefusedLogin)
  | { readonly kind: 'remote write path not found'; readonly endpoint: string }
  | { readonly kind: 'remote write fails'; readonly log?: LogExcerpt }
  | { readonly kind: 'nothing sent by remote write' }
  | {
      readonly kind: 'query refused';
      readonly url: string;
      /** The HTTP status; 0 where nothing answered. */
      readonly status: number;
      readonly message: string;
      readonly user: string;
    };

/** The findings of one kind. */
export type FindingKind<K extends Finding['kind']> = Extract<Finding, { readonly kind: K }>;
