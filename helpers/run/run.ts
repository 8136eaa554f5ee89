import type { Milliseconds } from '../otlp/ids.ts';
import type { MisnamedVariable } from '../settings/misnamed-variables.ts';
import type { Intervals, VariableHome } from '../settings/settings.ts';
import type { CloudState } from './cloud-problem.ts';
import type { AlloyAddresses, BackendAccess, Endpoints, GrafanaLinks } from './endpoints.ts';
import type { Part, ServicePart } from './part.ts';

/** Where the telemetry of a run is stored. */
export type Backend = 'mock' | 'lgtm' | 'cloud';

/** What Alloy has sent to the backend: what Grafana Cloud counts, and bills. */
export type SentCounts = {
  /** Of metrics, by remote write and over OTLP. */
  readonly samples: number;
  readonly spans: number;
  readonly logLines: number;
};

/** A counter among Alloy's own metrics; its name is the label `__name__`. */
export type AlloySample = { readonly labels: Readonly<Record<string, string>>; readonly value: number };

/** The Alloy under test. */
export type AlloyEndpoint = AlloyAddresses & {
  readonly kind: 'embedded' | 'binary' | 'container' | 'external';
  readonly version: string;
  /** The path of the configuration that it runs. */
  readonly config: string;
  /** The path by which `command` knows the configuration, where that is another one: in a container. */
  readonly configInside?: string;
  /** The program with which `validate FILE` and `fmt FILE` are asked; absent where there is none on this machine. */
  readonly command?: readonly string[];
  /** Whether that is the embedded Alloy: its answers are labelled so. */
  readonly isCommandEmbedded?: boolean;
  /** Where its log is written; absent on a stack that the run did not start. */
  readonly logFile?: string;
};

/** What the specs know of the run that they are part of. It travels from the runner to the test workers, as data. */
export type Run = Omit<Endpoints, 'alloy' | 'mockCloud' | 'lgtm'> & {
  /** Whether only those criteria run that look: nothing but telemetry of the run's own is written. */
  readonly isSmoke?: true;
  /** The longest that a criterion may wait, where the person has said so. */
  readonly maxWait?: Milliseconds;
  /** Marks what this run emits: `service.instance.id` of spans, logs and OTLP metrics. */
  readonly id: string;
  readonly stack: 'native' | 'containers' | 'external';
  readonly backend: Backend;
  readonly alloy: AlloyEndpoint;
  /** The published images that others stood in for, by name. */
  readonly standIns?: readonly string[];
  /** What `service.instance.id` the services carry; absent where the run did not start them. */
  readonly servicesInstanceId?: string;
  /** Where the log of each service is written; absent for those that the run did not start. */
  readonly serviceLogs?: Readonly<Partial<Record<ServicePart, string>>>;
  /** Seconds between two rounds of the dead-letter queue: 900 in production. */
  readonly dlqCheckInterval: number;
  /** The `GRAFANA_CLOUD_*` variables as the person set them, completed for a local run: what criterion P1.1 judges. */
  readonly variables: Readonly<Record<string, string>>;
  /** The names of those that were made up, because the person set none or tries one out. */
  readonly madeUpVariables: readonly string[];
  /** What is set and nearly called as a variable that is read; absent where nobody has looked. */
  readonly misnamedVariables?: readonly MisnamedVariable[];
  /** Where the person corrects each of them; absent where nobody has asked. */
  readonly variableHomes?: Readonly<Record<string, VariableHome>>;
  readonly access: BackendAccess;
  /** The Grafana in which failed queries can be looked at; absent where none is known. */
  readonly grafana?: GrafanaLinks;
  /** What the person has set that no text may show, beside the logins that the run itself has. */
  readonly secrets?: readonly string[];
  /** The mock cloud's own address, `http://HOST:PORT`; absent for other backends. */
  readonly mockUrl?: string;
  /** What the check of Grafana Cloud found when the run began; absent for other backends. */
  readonly cloudState?: CloudState;
  readonly intervals: Intervals;
  /** The external label that marks the scraped series; absent where the configuration does not set it. */
  readonly seriesMark?: Readonly<Record<string, string>>;
  /** What tells the series of an Alloy that the run did not start from those of other runs; other Alloys may have the same. */
  readonly seriesLabels?: Readonly<Record<string, string>>;
  /** How far back, in seconds, a series of this run can have its last sample. */
  readonly seriesWindow: number;
  /** The socket on which the runner takes parts of the stack away and brings them back; absent where the run did not start the stack. */
  readonly controlSocket?: string;
  /** The counters of an Alloy that ran already when the run began, as they were then. */
  readonly alloyBefore?: readonly AlloySample[];
  /** Parts that run and lack what was to be made in them, each with the reason. */
  readonly incomplete?: Readonly<Partial<Record<Part, string>>>;
  /** Milliseconds that each part of the stack took until it was ready. */
  readonly timings: Readonly<Record<string, Milliseconds>>;
  /** When the run began, in milliseconds since the epoch. */
  readonly startedAt: Milliseconds;
};

/** What is known of a run before anything of it is started: the first line that every run prints. */
export type RunDescription = Pick<Run, 'stack' | 'backend' | 'standIns'> & {
  readonly alloy: Pick<AlloyEndpoint, 'kind'>;
  /** Whether it reuses a warm stack. */
  readonly warm: boolean;
};
