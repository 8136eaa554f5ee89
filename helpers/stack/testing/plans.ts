import type { Part } from '../../run/part.ts';
import type { Stack } from '../../run/stack.ts';
import { completeCloudVariables } from '../../settings/alloy-environment.ts';
import { makeToken } from '../../settings/cloud.ts';
import { type Environment, readEnvironment } from '../../settings/environment.ts';
import { readSettings } from '../../settings/settings.ts';
import { readConfiguration } from '../configuration.ts';
import { startNative } from '../native/native.ts';
import { findAlloyProgram } from '../parts/alloy-program.ts';
import type { CommonPlan, NativePlan, StackRequest } from '../plan.ts';

/** The plan of a native stack of these parts, with the embedded Alloy, under this environment over the process's own. */
export function planNative(parts: readonly Part[], environment: Environment = {}): NativePlan {
  const common = planCommon(parts, { ALLOY: 'embedded', ...environment });
  return { ...common, stack: 'native', alloy: findAlloyProgram(common.settings) };
}

/** What the plans of any stack of these parts have in common. */
export function planCommon(parts: readonly Part[], environment: Environment = {}): CommonPlan {
  const settings = readSettings({ ...readEnvironment(), ...environment });
  const configuration = readConfiguration(settings.alloyConfig);
  return { settings, because: 'a test', backend: 'mock', needs: parts, parts, existing: {}, configuration };
}

/** A request for a stack of this plan, with a token of its own where the environment has none. */
export function requestStack<Plan extends CommonPlan>(plan: Plan): { plan: Plan } & Omit<StackRequest, 'plan'> {
  const token = plan.settings.cloud.GRAFANA_CLOUD_API_KEY || makeToken();
  const cloud = { ...plan.settings.cloud, GRAFANA_CLOUD_API_KEY: token };
  return { plan, runId: 'test', cloudVariables: (origin) => completeCloudVariables(cloud, origin) };
}

/** Starts these parts as processes of this machine. Throws as `startNative` does. */
export async function startNativeParts(parts: readonly Part[], environment: Environment = {}): Promise<Stack> {
  return await startNative(requestStack(planNative(parts, environment)));
}
