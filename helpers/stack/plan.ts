import type { Availability } from '../images/resolve.ts';
import type { BackendAccess, Endpoints, GrafanaLinks } from '../run/endpoints.ts';
import type { Part } from '../run/part.ts';
import type { Backend } from '../run/run.ts';
import type { Settings } from '../settings/settings.ts';
import type { ContainerEngine } from '../setup/container-engine.ts';
import type { Configuration } from './configuration.ts';
import type { AlloyProgram } from './parts/alloy-program.ts';

/** The containers by their names in the compose file; `mock-cloud` is one only where the engine is elsewhere. */
export type ServiceName = Exclude<Part, 'alloy'> | 'grafana-alloy';

/** The backend of a run. */
export type BackendPlan = {
  readonly backend: Backend;
  /** How it is asked; absent for a mock cloud or a grafana/otel-lgtm that the run starts. */
  readonly access?: BackendAccess;
  /** The Grafana that shows what it has, where one is known. */
  readonly grafana?: GrafanaLinks;
  /** Where the gateway sends that has the paths of Grafana Cloud, where the backend has others. */
  readonly gateway?: GatewayTargets;
};

/** A Tempo, a Prometheus and a Loki behind a gateway; `traces` is where Tempo receives OTLP over HTTP, without a final slash. */
export type GatewayTargets = BackendAccess & { readonly traces: string };

/** What every plan of a stack has. */
export type CommonPlan = BackendPlan & {
  readonly settings: Settings;
  /** Why it is this stack: `STACK=native`, `no container engine can be used`. */
  readonly because: string;
  /** The parts that the run uses. */
  readonly needs: readonly Part[];
  /** Those of them that it starts. */
  readonly parts: readonly Part[];
  /** What already runs in place of the others. */
  readonly existing: Endpoints;
  readonly configuration: Configuration;
};

/** A stack of processes of this machine. */
export type NativePlan = CommonPlan & { readonly stack: 'native'; readonly alloy: AlloyProgram };

/** A stack of containers; `images` says where the image of each comes from. */
export type ContainersPlan = CommonPlan & {
  readonly stack: 'containers';
  readonly engine: ContainerEngine;
  readonly images: ReadonlyMap<ServiceName, Availability>;
};

/** A stack that already runs; `alloy` is the program of this machine that is asked about its configuration. */
export type ExternalPlan = CommonPlan & {
  readonly access: BackendAccess;
  readonly stack: 'external';
  readonly alloy: AlloyProgram;
};

/** The stack that a run takes, before anything of it is started. */
export type StackPlan = NativePlan | ContainersPlan | ExternalPlan;

/** What a stack is started with: its plan, and what only this run has. */
export type StackRequest<Plan extends StackPlan = StackPlan> = {
  readonly plan: Plan;
  readonly runId: string;
  /** The `GRAFANA_CLOUD_*` variables of a stack whose mock cloud is at this origin. */
  readonly cloudVariables: (origin: string) => Readonly<Record<string, string>>;
};
