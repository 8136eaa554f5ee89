import type { Milliseconds } from '../otlp/ids.ts';
import type { CloudProblem } from '../run/cloud-problem.ts';
import type { AccessVariables, BackendAccess, Silence, Stranger } from '../run/endpoints.ts';
import type { Part, ServicePart } from '../run/part.ts';
import type { CloudService } from '../settings/cloud.ts';
import type { Arrival, Items, Labels } from './evidence.ts';
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
  /** The password, where it is not read from the variable that has the token. */
  readonly oddPassword?: Place;
  /** The endpoint to which Alloy sends a login, where what arrives at the service has none: something on the way takes it away. */
  readonly lostOnWayTo?: Place;
  /** The run has not started this Alloy, and its own login is taken. */
  readonly isElsewhere?: true;
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
  /** What the mock cloud found wrong with the login, and the variable of another service that has the same ID. */
  readonly reason?: LoginFault;
  readonly twin?: string;
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
  /** The address is none. */
  | 'address'
  | 'other';

/** Why a part that answers does not do what it is there for. */
export type SourceFault =
  | 'login'
  | 'no database'
  | 'too many clients'
  | 'read-only'
  /** A session of PostgreSQL holds a lock on a table, for long. */
  | 'locked'
  /** PostgreSQL ends a statement before it is done. */
  | 'cancels'
  | 'out of memory'
  /** RabbitMQ takes no messages. */
  | 'alarm'
  | 'no permission'
  | 'queue limit'
  /** A queue exists with other arguments. */
  | 'other queue'
  | 'no queue'
  /** PostgreSQL does not count, or does not watch, what is measured. */
  | 'no statistics'
  | 'no activity'
  /** PostgreSQL has other tables or columns than a statement names. */
  | 'schema'
  | 'no metrics page'
  | 'no metrics per object'
  /** A service says so of itself. */
  | 'unhealthy';

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
  | 'target limit'
  /** A file with a password or a token can't be read. */
  | 'login file'
  /** A target has an address that is not valid. */
  | 'address'
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
      /** The attribute that is wrong, where that can be told. */
      readonly place?: Place;
      /** What a component is named for, without what it exports, which is meant. */
      readonly meant?: string;
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
  | {
      readonly kind: 'source unreachable';
      readonly source: Part;
      readonly address: string;
      readonly variable?: string;
      /** Whether it accepts the connection, and says nothing on it. */
      readonly isSilent?: true;
    }
  /** `reason` is in the words of the source. */
  | {
      readonly kind: 'source fails';
      readonly source: Part;
      readonly address?: string;
      readonly fault: SourceFault;
      readonly reason: string;
      readonly variable?: string;
    }
  /** What was to be made in a part when it started. */
  | { readonly kind: 'fixture failed'; readonly source: Part; readonly reason: string }
  | { readonly kind: 'service unhealthy'; readonly service: Part; readonly address: string; readonly reason: string }
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
      /** The rule of a `discovery.relabel` that decides about it; `setting` is the label. */
      readonly rule?: Place;
      /** A label of the target that decides about it: `__scheme__`. */
      readonly label?: { readonly name: string; readonly value: string };
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
      /** The targets of the scrape that is meant for it, and the exporter that they are of. */
      readonly taker?: Place;
      readonly other?: Place;
      /** The targets of the only scrape that has none. */
      readonly empty?: Place;
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
      /** Whether that rule has the wanted label, and applies to no target. */
      readonly isRuleUnused?: boolean;
      /** What relabels the targets of the exporter for nobody. */
      readonly unused?: Place;
      /** Whether the targets are written at the scrape itself. */
      readonly isInline?: boolean;
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
  /** A rule makes several series one, whose samples Prometheus refuses; `labels` are those that told them apart. */
  | {
      readonly kind: 'series merged';
      readonly place: Place;
      readonly block: 'rule' | 'write_relabel_config';
      readonly action: string;
      readonly regex: string;
      /** Of a rule that replaces: the label that it sets, and to what. */
      readonly target?: string;
      readonly replacement?: string;
      readonly labels: readonly string[];
      readonly metric: string;
    }
  /** Two targets have the same labels, and Prometheus refuses what the second one sends. */
  | {
      readonly kind: 'targets alike';
      readonly scrapes: readonly [Place, Place];
      readonly labels: Labels;
      /** The rule that gives both the same label, which `setting` is. */
      readonly rule?: Place;
    }
  /** A rule of `discovery.relabel` takes all targets out. */
  | { readonly kind: 'targets dropped'; readonly place: Place; readonly action: string; readonly regex: string }
  /** A rule gives the series another name, or another label that is asked for: an empty one where it takes the label away. */
  | {
      readonly kind: 'series relabelled';
      readonly place: Place;
      readonly block: 'rule' | 'write_relabel_config';
      readonly label: string;
      readonly from: string;
      readonly to: string;
    }
  /** Remote write marks series otherwise than the run asks for them. */
  | {
      readonly kind: 'other mark';
      readonly place: Place;
      readonly label: string;
      readonly wanted: string;
      readonly found: string;
    }
  /** The page that is scraped lacks the metric; the setting asks for another page, or for less. */
  | {
      readonly kind: 'metric not exported';
      readonly url: string;
      readonly metric: string;
      /** Its name on the page, where an exporter gives it another. */
      readonly renamed?: string;
      readonly place: Place;
    }
  /** The scrape of a source has the targets of the exporter of something else. */
  | {
      readonly kind: 'targets of another exporter';
      readonly source: Part;
      /** The targets of the scrape, or of what relabels for it. */
      readonly place: Place;
      /** The exporter of the source, and the one whose targets it has. */
      readonly exporter: Place;
      readonly other: Place;
    }
  /** Remote write drops samples that are older than its limit. */
  | { readonly kind: 'samples too old'; readonly place: Place; readonly count: number }
  /** Remote write sends less than it gets. */
  | {
      readonly kind: 'write behind';
      /** What limits it, where that is set; else the remote write. */
      readonly place: Place;
      readonly url: Place;
      /** How much older the newest sample that it has sent is than the newest that it has got. */
      readonly lag: Milliseconds;
      readonly pending: number;
    }
  /** What was to be dropped has arrived. */
  | {
      readonly kind: 'series not dropped';
      readonly metric: string;
      /** Where the scrape of it forwards to. */
      readonly scrape: Place;
      /** What would drop it, and is not on its way, or not on all of its ways. */
      readonly filter?: Place;
      readonly isPassedBy?: true;
      /** The relabelling on its way. */
      readonly passed?: Place;
      /** A rule of it whose regex matches a part of the name only. */
      readonly partly?: { readonly place: Place; readonly regex: string };
      /** The setting of the exporter because of which there are such series. */
      readonly setting?: Place;
    }
  /** What is written goes to another service of Grafana Cloud. */
  | {
      readonly kind: 'endpoint of another service';
      readonly service: CloudService;
      readonly other: CloudService;
      readonly place: Place;
      /** What that answers. */
      readonly status?: number;
    }
  /** The endpoint of one signal is no path that the gateway serves. */
  | {
      readonly kind: 'signal endpoint not found';
      readonly signal: Signal;
      readonly status: number;
      readonly place: Place;
    }
  /** What is sent is compressed in a way that the other side does not take. */
  | { readonly kind: 'compression refused'; readonly place: Place; readonly status: number; readonly message: string }
  /** The setting says after what time what is sent is given up. */
  | { readonly kind: 'answer awaited too briefly'; readonly place: Place }
  | { readonly kind: 'receiver at another path'; readonly signal: Signal; readonly path: string; readonly place: Place }
  /** The metric arrives with another job or instance. */
  | {
      readonly kind: 'other labels';
      readonly wanted: Labels;
      readonly found: Labels;
      /** What sends it with the wanted labels, where that is known. */
      readonly behind?: Place;
    }
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
  /** `reason` is empty where Alloy's log can't be read; `leadsTo` is where the endpoint redirects to. */
  | {
      readonly kind: 'OTLP endpoint unreachable';
      readonly reason: string;
      readonly place: Place;
      readonly leadsTo?: string;
    }
  | {
      readonly kind: 'OTLP export refused';
      readonly status: number;
      /** The signals that it is answered to. */
      readonly signals: readonly Signal[];
      /** Those that it takes from the same exporter. */
      readonly others: readonly Signal[];
      /** In the service's own words; empty where it says nothing. */
      readonly message: string;
      readonly place: Place;
      /** What decides how large an export is. */
      readonly batch?: Place;
      /** Headers that the configuration sets in place of the exporter's own. */
      readonly headers?: Place;
    }
  /** It answers, and not as OTLP does. */
  /** The queue of an exporter holds less than comes at once. */
  | { readonly kind: 'sending queue full'; readonly place: Place }
  | { readonly kind: 'no OTLP response'; readonly reason: string; readonly place: Place }
  /** It takes an export, and rejects some of its items for good. */
  | {
      readonly kind: 'partial success';
      readonly signal: Signal;
      /** How many items in this run. */
      readonly count: number;
      /** In the service's own words. */
      readonly message: string;
      readonly place: Place;
    }
  /** Alloy has sent a signal without a failure, and the backend has nothing of it. */
  | {
      readonly kind: 'backend holds none';
      readonly items: Items;
      readonly sent: number;
      readonly place: Place;
      readonly asked: AskedService;
      /** What the endpoint answers to an export that the run itself sends, where that is no OTLP response. */
      readonly stranger?: Stranger;
    }
  /** Alloy has sent all that it accepted without a failure, and the backend has only some of it. */
  | ({
      readonly kind: 'items lost';
      readonly items: Items;
      readonly place: Place;
      readonly asked: AskedService;
      /** The services that should have sent them, where the run did not do it itself. */
      readonly services?: readonly string[];
    } & Pick<Arrival, 'emitted' | 'arrived'>)
  /** What the run itself sent is not there, and Alloy has sent all that it accepted without a failure. */
  | {
      readonly kind: 'own lost';
      readonly items: Items;
      readonly sent: number;
      readonly place: Place;
      readonly asked: AskedService;
    }
  /** The span that the run itself sent has arrived, and not as it was. */
  | {
      readonly kind: 'own changed';
      /** `attribute x`, `child y` */
      readonly missing: readonly string[];
      readonly place: Place;
      readonly between: readonly Place[];
    }
  /** The backend has, or has got, items more than once. */
  | ({
      readonly kind: 'items twice';
      readonly items: Items;
      /** What sends them; if there are several, each of them does. */
      readonly places: readonly Place[];
      /** Whether Alloy has sent more than it accepted. */
      readonly isSentTwice: boolean;
      /** Where they go on to several components that lead to the same one. */
      readonly fork?: Place;
    } & Pick<Arrival, 'emitted' | 'twice'>)
  /** Items arrive otherwise than they were sent. */
  | {
      readonly kind: 'items changed';
      readonly items: Items;
      readonly count: number;
      readonly in: readonly string[];
      readonly place: Place;
      /** The components on the way that may change them. */
      readonly between: readonly Place[];
    }
  /** All has arrived, and some of it late. */
  | {
      readonly kind: 'items late';
      readonly items: Items;
      readonly ms: Milliseconds;
      readonly bound: Milliseconds;
      readonly place: Place;
    }
  | { readonly kind: 'no OTLP receiver'; readonly file: string }
  | {
      readonly kind: 'receiver elsewhere';
      readonly protocol: 'grpc' | 'http';
      readonly place: Place;
      /** Where it listens, as evaluated; empty where it has no block for the protocol. */
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
      /** What it answers to an export, and its words. */
      readonly answer?: { readonly status: string; readonly reason: string };
    }
  | {
      readonly kind: 'receiver setting refuses';
      readonly protocol: 'grpc' | 'http';
      readonly place: Place;
      /** `HTTP 400`; undefined where it gives no answer. */
      readonly status?: string;
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
      /** Its variables lead to the right path, and it uses another. */
      readonly isInCode?: boolean;
    }
  | {
      readonly kind: 'service samples less';
      readonly service: ServicePart;
      /** Absent where the code of the service decides. */
      readonly set?: ServiceVariable;
      readonly ratio?: string;
      /** Of 100 traces that it begins; where no variable decides. */
      readonly recorded?: number;
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
  /** Without a variable, its traces show it; or its log, where it has registered no propagator. */
  | {
      readonly kind: 'service loses context';
      readonly service: ServicePart;
      readonly set?: ServiceVariable;
      readonly isUnregistered?: true;
      /** Its spans have links to those of the publisher in place of a parent. */
      readonly isLinked?: true;
    }
  /** It has no context manager: nothing that it does knows of the span around it. */
  | { readonly kind: 'service keeps no context'; readonly service: ServicePart }
  /** It gives up its exports after a time in which hardly any can end. */
  | {
      readonly kind: 'service gives up early';
      readonly service: ServicePart;
      readonly milliseconds: Milliseconds;
      readonly set: ServiceVariable;
    }
  | {
      readonly kind: 'service logs without trace';
      readonly service: ServicePart;
      readonly set?: ServiceVariable;
      /** One that should have it, where others have it. */
      readonly line?: string;
    }
  | { readonly kind: 'service logs less'; readonly service: ServicePart; readonly set: ServiceVariable }
  /** It exports a signal less often than a criterion waits. */
  | {
      readonly kind: 'service sends late';
      readonly service: ServicePart;
      readonly signal: Signal;
      readonly milliseconds: Milliseconds;
      readonly set: ServiceVariable;
      /** Whether its log says so, whatever the variable says. */
      readonly isFixed?: true;
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
      /** What its queue has no room for; absent where attributes or events are cut off spans. */
      readonly dropped?: Signal;
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
      /** The run itself finds it at that very address. */
      readonly isThere?: true;
    }
  /** The backend has other signals of a service in this run, and none of this one. */
  | {
      readonly kind: 'service sends no signal';
      readonly service: ServicePart;
      readonly signal: Signal;
      readonly others: readonly Signal[];
      /** Whether it says how it was started, and nothing of that is why. */
      readonly isUnexplained?: true;
    }
  /** Spans of a trace have a parent that has not arrived. */
  | {
      readonly kind: 'parent span missing';
      readonly service: ServicePart;
      readonly traceId: string;
      readonly children: readonly string[];
    }
  /** RabbitMQ returns what it publishes: no binding lets it through to a queue. */
  | {
      readonly kind: 'service message unroutable';
      readonly service: ServicePart;
      readonly exchange: string;
      readonly routingKey: string;
      /** What the service has bound to the exchange. */
      readonly bindings: readonly { readonly queue: string; readonly key: string }[];
      /** The type of the exchange, by RabbitMQ. */
      readonly type?: string;
    }
  /** Consumers have messages of a queue and acknowledge none. */
  | {
      readonly kind: 'messages not acknowledged';
      readonly queue: string;
      readonly unacknowledged: number;
      /** How many more wait in it. */
      readonly ready: number;
      readonly consumers: number;
      /** How many these consumers have acknowledged before. */
      readonly acknowledged: number;
    }
  /** So many rows are done, and so many of their events were handled. */
  | { readonly kind: 'event lost'; readonly processed: number; readonly announced: number }
  /** A daemon that works has done nothing about a row that is due. */
  | { readonly kind: 'row not taken'; readonly service: ServicePart }
  /** Messages that were rejected stay in a queue from which nobody takes them. */
  | { readonly kind: 'dead letters wait'; readonly queue: string; readonly messages: number }
  /** A message that had to be rejected is in no queue. */
  | { readonly kind: 'dead letter lost' }
  /** A queue of the application has consumers that the stack has not started. */
  | { readonly kind: 'queue shared'; readonly queue: string; readonly consumers: number }
  /** A source itself has the value that has arrived; `wanted` is `7`, or `below 5`. */
  | {
      readonly kind: 'source says so';
      readonly source: Part;
      readonly metric: string;
      readonly value: number;
      readonly wanted: string;
      /** The queue that it is about. */
      readonly queue?: string;
    }
  /** It has logged an error at what was asked for; `place` is the file and line that threw it, `inDatabase` where in PostgreSQL, if it
   * was that: empty where it does not say. */
  | {
      readonly kind: 'service fails';
      readonly service: ServicePart;
      readonly message: string;
      readonly reason: string;
      readonly place?: string;
      readonly inDatabase?: string;
    }
  /** It has done the same job several times; `of` is what `id` identifies. */
  | {
      readonly kind: 'job done again';
      readonly service: ServicePart;
      readonly name: string;
      readonly id: string;
      readonly of: 'row' | 'event';
      readonly times: number;
    }
  /** It has published so many events for one job. */
  | {
      readonly kind: 'event published twice';
      readonly service: ServicePart;
      readonly name: string;
      readonly job: string;
      readonly ids: number;
    }
  /** A request asks the database again, although it was answered before: the keys of Redis that it reads, and that it then writes. */
  | {
      readonly kind: 'service cache not used';
      readonly service: ServicePart;
      readonly name: string;
      readonly read: readonly string[];
      readonly written: readonly string[];
    }
  /** It has answered a request with another status or other members, or without a member. */
  | {
      readonly kind: 'service answers otherwise';
      readonly service: ServicePart;
      readonly request: string;
      readonly body: string;
      readonly differences: readonly { readonly of: string; readonly wanted: string; readonly found?: string }[];
    }
  /** A gauge has only risen while it should have fallen: its last values. */
  | {
      readonly kind: 'service counts up only';
      readonly service: ServicePart;
      readonly metric: string;
      readonly values: readonly number[];
    }
  /** It exports metrics as changes since the last export. */
  | { readonly kind: 'service sends changes'; readonly service: ServicePart; readonly set: ServiceVariable }
  /** It makes spans of other requests, and none of this one: `GET /health`. */
  | {
      readonly kind: 'service leaves out request';
      readonly service: ServicePart;
      readonly request: string;
      /** How many others have one, and the names of some. */
      readonly count: number;
      readonly others: readonly string[];
    }
  /** A span has the status of an error, and should not; its message may be empty. */
  | { readonly kind: 'span fails'; readonly service: ServicePart; readonly name: string; readonly message: string }
  /** A span lacks a child (`/^set/i, client, redis`) that the service makes elsewhere: in this trace under `holder`. */
  | {
      readonly kind: 'child span missing';
      readonly service: ServicePart;
      readonly name: string;
      readonly child: string;
      readonly children: readonly string[];
      readonly holder?: string;
      /** How many other spans of the same name there are, and how many of them have the child. */
      readonly others?: { readonly count: number; readonly having: number };
    }
  /** A span has no parent, and should have one of another trace. */
  | {
      readonly kind: 'span begins trace';
      readonly service: ServicePart;
      readonly name: string;
      readonly traceId: string;
      readonly parent?: string;
    }
  /** `what` is `name`, `kind`, `status`, `root`, `attribute x` or `event x`; without `found` the span has none. */
  | {
      readonly kind: 'span differs';
      readonly service: ServicePart;
      readonly name: string;
      readonly differences: readonly { readonly what: string; readonly wanted?: string; readonly found?: string }[];
    }
  /** None of its traces has a span of a library, which no variable explains. */
  | {
      readonly kind: 'service makes no spans';
      readonly service: ServicePart;
      readonly instrumentation: string;
      readonly traces: number;
      /** Whether its log names the library as instrumented; absent where it says nothing of that. */
      readonly isEnabled?: boolean;
    }
  /** It exports other metrics, or this one with other labels. */
  | {
      readonly kind: 'service metric differs';
      readonly service: ServicePart;
      /** Its names in several semantic conventions. */
      readonly metrics: readonly string[];
      /** How many metrics it exports, and those with the most similar names. */
      readonly count?: number;
      readonly names?: readonly string[];
      /** Those that are the name with a suffix. */
      readonly suffixed?: readonly string[];
      readonly labels?: readonly { readonly label: string; readonly wanted: string; readonly found: string }[];
    }
  /** A signal arrives under the name that an SDK gives where it is told none. */
  | {
      readonly kind: 'telemetry without resource';
      readonly service: ServicePart;
      readonly signal: Signal;
      readonly name: string;
      /** So do the other signals. */
      readonly isAll?: true;
    }
  | { readonly kind: 'log level differs'; readonly service: ServicePart; readonly levels: readonly string[] }
  | { readonly kind: 'remote write without URL'; readonly place: Place }
  | ({
      readonly kind: 'remote write login refused';
      readonly login: 'basic' | 'other' | 'none';
      readonly place: Place;
    } & RefusedLogin)
  | { readonly kind: 'remote write path not found'; readonly status: number; readonly place: Place }
  /** `reason` is empty where Alloy's log can't be read. */
  | {
      readonly kind: 'remote write unreachable';
      readonly reason: string;
      readonly place: Place;
      readonly leadsTo?: string;
    }
  | {
      readonly kind: 'remote write refused';
      /** Unknown where Alloy's log can't be read, or has no answer yet. */
      readonly status?: number;
      readonly message: string;
      /** How long it wants not to be asked: `30s`. */
      readonly waits?: string;
      readonly place: Place;
    }
  /** The file with what remote write logs in with can't be read. */
  | { readonly kind: 'login file unreadable'; readonly file: string; readonly reason: string; readonly place: Place }
  | { readonly kind: 'nothing sent by remote write'; readonly place: Place }
  /** The check at the run's start has found why. */
  | { readonly kind: 'Grafana Cloud refuses'; readonly use: RefusedUse; readonly problem: CloudProblem }
  /** The login that is refused was accepted at the run's start. */
  | { readonly kind: 'token expired'; readonly use: RefusedUse; readonly variable: string }
  /** The clock of this machine is behind that of Grafana Cloud by `offset`, or ahead where that is negative. */
  | { readonly kind: 'clock differs'; readonly offset: Milliseconds }
  /** Nothing but this machine is too slow: everything arrives, and comes too late. */
  | {
      readonly kind: 'machine overloaded';
      /** Over the last minute. */
      readonly load: number;
      readonly cores: number;
      /** When what was asked for came, and when it should have, counted from the first question; absent where something else timed out. */
      readonly delay?: Milliseconds;
      readonly limit?: Milliseconds;
    }
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
