import type { Milliseconds } from '../otlp/ids.ts';
import type { CloudProblem } from '../run/cloud-problem.ts';
import type { AccessVariables, BackendAccess, Silence, Stranger } from '../run/endpoints.ts';
import type { Part, ServicePart } from '../run/part.ts';
import type { Labels } from './evidence.ts';
import type { Place } from './place.ts';

/** A line of Alloy's log, without its time: two lines about the same fault are equal. */
export type LogExcerpt = { readonly component: string; readonly message: string };

/** What can be wrong with a login, by the names that the mock cloud reports. */
export const LOGIN_FAULTS = ['no credentials', 'wrong token', 'foreign instance ID', 'unknown instance ID'] as const;
export type LoginFault = (typeof LOGIN_FAULTS)[number];

/** A login that a service of the backend refused. */
export type RefusedLogin = {
  /** The instance ID that was refused, if it is known. */
  readonly instanceId?: string;
  /** What the mock cloud found wrong with the login, where it can be asked. */
  readonly reason?: LoginFault;
  /** The variable of another service that has the same ID. */
  readonly twin?: string;
};

/** Whose login Grafana Cloud refuses: that of Alloy's OTLP export or remote write, or that of the run's questions. */
export type RefusedUse = 'OTLP export' | 'remote write' | 'question';

/** An address at which Alloy does not answer, by its variable. */
export type WrongAddress = {
  readonly variable: 'ALLOY_URL' | 'ALLOY_OTLP_GRPC' | 'ALLOY_OTLP_HTTP';
  readonly address: string;
  /** What answers; a number is the HTTP status of something else. */
  readonly answer: 'nothing' | 'unknown host' | 'web page' | 'another protocol' | number;
};

/** A service that refuses the run's questions, with 401 or 403. */
export type RefusedQuestion = {
  readonly service: keyof BackendAccess;
  /** The instance ID of the login. */
  readonly user: string;
  readonly status: number;
  readonly variables?: AccessVariables;
};

/** Why an exporter can't connect to what it measures. */
export type ConnectFault =
  | 'no login'
  | 'login'
  | 'no database'
  | 'unknown host'
  | 'refused'
  | 'TLS'
  | 'timeout'
  | 'other';

/** Why a scrape fails. */
export type ScrapeFault =
  | 'refused'
  | 'unknown host'
  | 'timeout'
  | 'HTTP status'
  | 'TLS'
  | 'not metrics'
  | 'sample limit'
  | 'body size limit'
  | 'label limit'
  | 'other';

/** What travels over OTLP. */
export type Signal = 'traces' | 'metrics' | 'logs';

/** A variable in the environment of a service of the application; without a value it is not set. */
export type ServiceVariable = { readonly variable: string; readonly value?: string };

/** What answers where a service sends OTLP/HTTP; a number is an HTTP status. */
export type EndpointAnswer = 'no URL' | 'refused' | 'another protocol' | 'no TLS' | 'another receiver' | number;

/** A service with the address at which the run asks it, and the variable that has that address. */
export type AskedService = {
  readonly service: keyof BackendAccess;
  readonly url: string;
  readonly variable?: string;
};

/** Why a criterion failed: one kind for each rule of the diagnosis, with what the rule found, as data. */
export type Finding =
  /** A criterion lists its problems itself; `about` is the only one, where it is one of Grafana Cloud. */
  | {
      readonly kind: 'listed problems';
      readonly problems: readonly string[];
      readonly fix: string;
      readonly about?: CloudProblem;
    }
  | {
      readonly kind: 'configuration error';
      readonly file: string;
      readonly line: number;
      readonly column: number;
      readonly message: string;
    }
  | { readonly kind: 'no answer from Alloy'; readonly url: string; readonly lastLog?: LogExcerpt }
  /** Of an Alloy that the run did not start. */
  | { readonly kind: 'wrong address of Alloy'; readonly addresses: readonly WrongAddress[] }
  | {
      readonly kind: 'unhealthy components';
      readonly ids: readonly string[];
      /** The message of the first of them. */
      readonly message: string;
      /** Whether another program uses its port. */
      readonly portInUse: boolean;
    }
  | { readonly kind: 'source unreachable'; readonly source: Part; readonly address: string; readonly variable?: string }
  | {
      readonly kind: 'exporter cannot connect';
      readonly source: Part;
      readonly fault: ConnectFault;
      /** In the words of the exporter; empty where its log can't be read. */
      readonly reason: string;
      /** The setting of the exporter that decides about it. */
      readonly place: Place;
    }
  /** Alloy has the target, and can't scrape it. */
  | {
      readonly kind: 'scrape fails';
      readonly url: string;
      /** The error of the last scrape, in Alloy's words. */
      readonly error: string;
      readonly fault: ScrapeFault;
      /** The setting of the scrape that decides about it, or its targets. */
      readonly place: Place;
      readonly source?: Part;
      /** Where the run itself finds these metrics. */
      readonly rightUrl?: string;
    }
  /** No `prometheus.scrape` has the target. */
  | {
      readonly kind: 'no scrape target';
      readonly labels: Labels;
      readonly source?: Part;
      /** The exporter of what is measured, and whether its targets reach a scrape. */
      readonly exporter?: Place;
      readonly isScraped?: boolean;
      /** What relabels its targets for nobody. */
      readonly unused?: Place;
    }
  /** It is scraped, as a target with another job or instance. */
  | {
      readonly kind: 'other target labels';
      readonly wanted: Labels;
      readonly found: Labels;
      /** The first label that differs. */
      readonly label: 'job' | 'instance';
      readonly scrape: Place;
      /** What relabels the target last, and its rule that sets the label. */
      readonly relabel?: Place;
      readonly rule?: Place;
      /** What relabels the targets of the exporter for nobody. */
      readonly unused?: Place;
    }
  | {
      readonly kind: 'scraped too seldom';
      readonly place: Place;
      readonly interval: string;
    }
  | {
      readonly kind: 'forwards to nothing';
      readonly place: Place;
      /** What it could forward to: `prometheus.remote_write.x.receiver`. */
      readonly receiver?: string;
    }
  | {
      readonly kind: 'series dropped';
      readonly place: Place;
      readonly block: 'rule' | 'write_relabel_config';
      /** Of the rule that drops it, if that can be told. */
      readonly action?: string;
      readonly regex?: string;
    }
  /** The metric arrives with another job or instance. */
  | { readonly kind: 'other labels'; readonly wanted: Labels; readonly found: Labels }
  | ({
      readonly kind: 'OTLP login refused';
      /** How Alloy logs in; `none` if it does not. */
      readonly login: 'basic' | 'other' | 'none';
      /** Where the user name is written, or else the login; for `none` the exporter. */
      readonly place: Place;
    } & RefusedLogin)
  | { readonly kind: 'OTLP path not found'; readonly url?: string; readonly place: Place }
  /** An exporter that speaks gRPC has the URL of a path. */
  | { readonly kind: 'exporter of another protocol'; readonly place: Place }
  /** `reason` is empty where Alloy's log can't be read. */
  | { readonly kind: 'OTLP endpoint unreachable'; readonly reason: string; readonly place: Place }
  | {
      readonly kind: 'OTLP export refused';
      readonly status: number;
      /** The signals that it is answered to. */
      readonly signals: readonly Signal[];
      readonly message: string;
      readonly place: Place;
    }
  | { readonly kind: 'no OTLP receiver'; readonly file: string }
  | {
      readonly kind: 'receiver elsewhere';
      readonly protocol: 'grpc' | 'http';
      readonly place: Place;
      /** Where it listens, as evaluated. */
      readonly endpoint: string;
      /** Where the run sends to. */
      readonly asked: string;
    }
  | {
      readonly kind: 'signal without output';
      readonly signal: Signal;
      readonly place: Place;
      /** Where the component passes another signal on to, as written. */
      readonly example?: string;
    }
  | {
      readonly kind: 'receiver refuses';
      readonly signal: Signal;
      readonly place: Place;
      /** The components behind it. */
      readonly between: readonly Place[];
    }
  | {
      readonly kind: 'nothing accepted over OTLP';
      readonly signal: Signal;
      readonly grpc: string;
      readonly http: string;
    }
  | {
      readonly kind: 'held too long';
      readonly place: Place;
      readonly timeout: string;
    }
  | {
      readonly kind: 'nothing exported over OTLP';
      readonly signal: Signal;
      /** The components between receivers and exporters. */
      readonly between: readonly Place[];
    }
  /** A service of the application has ended; in its own words, why. */
  | { readonly kind: 'service ended'; readonly service: ServicePart; readonly lastWords: string }
  /** It does not export these signals over OTLP/HTTP, because of a variable. */
  | {
      readonly kind: 'service exports nothing';
      readonly service: ServicePart;
      readonly signals: readonly Signal[];
      readonly set: ServiceVariable;
    }
  /** It exports these signals to where nothing takes them. */
  | {
      readonly kind: 'service exports elsewhere';
      readonly service: ServicePart;
      readonly signals: readonly Signal[];
      readonly url: string;
      readonly answer: EndpointAnswer;
      readonly set: ServiceVariable;
      /** What the variable should be, where that is known. */
      readonly right?: string;
      /** What is there, where that is another address of Alloy. */
      readonly owner?: 'gRPC receiver' | 'HTTP server';
    }
  /** Its exports to a collector that is at the right place fail. */
  | {
      readonly kind: 'service export fails';
      readonly service: ServicePart;
      readonly address: string;
      readonly reason: string;
      /** The time limit of its exports, where that is what fails. */
      readonly timeout?: ServiceVariable;
    }
  | {
      readonly kind: 'service samples less';
      readonly service: ServicePart;
      readonly set: ServiceVariable;
      readonly ratio?: string;
    }
  | {
      readonly kind: 'service has another name';
      readonly service: ServicePart;
      readonly wanted: string;
      readonly found: readonly string[];
      /** Where it has the name from, if that is known. */
      readonly set?: ServiceVariable;
    }
  /** It has not the `service.instance.id` by which the run finds what is its own. */
  | {
      readonly kind: 'service of another instance';
      readonly service: ServicePart;
      readonly wanted: string;
      readonly set: ServiceVariable;
    }
  /** A library that it uses makes no telemetry; without a variable only that is known. */
  | {
      readonly kind: 'service not instrumented';
      readonly service: ServicePart;
      readonly instrumentation: string;
      readonly set: ServiceVariable;
    }
  /** Without a variable, its traces show it. */
  | { readonly kind: 'service loses context'; readonly service: ServicePart; readonly set?: ServiceVariable }
  | { readonly kind: 'service logs without trace'; readonly service: ServicePart; readonly set?: ServiceVariable }
  | { readonly kind: 'service logs less'; readonly service: ServicePart; readonly set: ServiceVariable }
  /** It exports a signal less often than a criterion waits. */
  | {
      readonly kind: 'service sends late';
      readonly service: ServicePart;
      readonly signal: Signal;
      readonly milliseconds: Milliseconds;
      readonly set: ServiceVariable;
    }
  | {
      readonly kind: 'service looks too seldom';
      readonly service: ServicePart;
      readonly seconds: number;
      readonly expected: number;
      readonly set: ServiceVariable;
    }
  | {
      readonly kind: 'service limits telemetry';
      readonly service: ServicePart;
      readonly set: ServiceVariable;
    }
  /** It can't use a part that it needs, in its own words. */
  | {
      readonly kind: 'service lacks a part';
      readonly service: ServicePart;
      readonly of: string;
      readonly reason: string;
      readonly set?: ServiceVariable;
      /** Where the run itself finds that part, if that is another address. */
      readonly right?: string;
    }
  /** The backend has other signals of a service in this run, and none of this one. */
  | {
      readonly kind: 'service sends no signal';
      readonly service: ServicePart;
      readonly signal: Signal;
      readonly others: readonly Signal[];
    }
  /** Spans of a trace have a parent that has not arrived. */
  | {
      readonly kind: 'parent span missing';
      readonly service: ServicePart;
      readonly traceId: string;
      readonly children: readonly string[];
    }
  | { readonly kind: 'remote write without URL'; readonly place: Place }
  | ({
      readonly kind: 'remote write login refused';
      readonly login: 'basic' | 'other' | 'none';
      readonly place: Place;
    } & RefusedLogin)
  | { readonly kind: 'remote write path not found'; readonly status: number; readonly place: Place }
  /** `reason` is empty where Alloy's log can't be read. */
  | { readonly kind: 'remote write unreachable'; readonly reason: string; readonly place: Place }
  | {
      readonly kind: 'remote write refused';
      /** Unknown where Alloy's log can't be read. */
      readonly status?: number;
      readonly message: string;
      readonly place: Place;
    }
  | { readonly kind: 'nothing sent by remote write'; readonly place: Place }
  /** The check at the run's start has found why. */
  | { readonly kind: 'Grafana Cloud refuses'; readonly use: RefusedUse; readonly problem: CloudProblem }
  /** The login that is refused was accepted at the run's start. */
  | { readonly kind: 'token expired'; readonly use: RefusedUse; readonly variable: string }
  /** The clock of this machine is behind that of Grafana Cloud by `offset`, or ahead where that is negative. */
  | { readonly kind: 'clock differs'; readonly offset: Milliseconds }
  /** A service that the run asks has given no answer for long. */
  | ({ readonly kind: 'backend silent' } & AskedService & Silence)
  /** Alloy counts as delivered what it sends to some addresses, and nothing of it is where the run asks. */
  | {
      readonly kind: 'another backend';
      readonly sendsTo: readonly string[];
      /** `user` is its instance ID, where addresses do not tell the two apart. */
      readonly asked: readonly (AskedService & { readonly user?: string })[];
    }
  /** `all`: no service takes the login. */
  | { readonly kind: 'questions refused'; readonly refused: readonly RefusedQuestion[]; readonly all: boolean }
  | {
      readonly kind: 'query refused';
      readonly url: string;
      /** The HTTP status; 0 if there was no answer. */
      readonly status: number;
      readonly message: string;
      readonly user: string;
      /** What answered that is not the API. */
      readonly stranger?: Stranger;
      /** Where it redirects to. */
      readonly leadsTo?: string;
      /** The service that was meant. */
      readonly service?: keyof BackendAccess;
      /** The one that answers there instead. */
      readonly other?: keyof BackendAccess;
      readonly variables?: AccessVariables;
      /** Whether a proxy is on the way. */
      readonly isProxied?: boolean;
    };

/** The findings of one kind. */
export type FindingKind<K extends Finding['kind']> = Extract<Finding, { readonly kind: K }>;
