import { readCloudAccess } from '../../clients/access.ts';
import type { BackendAccess } from '../../run/endpoints.ts';
import type { Run } from '../../run/run.ts';
import { aimAtMock } from '../../settings/alloy-environment.ts';
import { startNative } from '../../stack/native/native.ts';
import { planNative, requestStack } from '../../stack/testing/plans.ts';

/** The embedded Alloy with the production configuration, writing to a mock cloud. */
export type VerifiedPipeline = AsyncDisposable & {
  readonly alloy: Run['alloy'];
  readonly access: BackendAccess;
};

/** Starts a pipeline, under this environment over the process's own. */
export async function startPipeline(environment: Readonly<Record<string, string>> = {}): Promise<VerifiedPipeline> {
  const request = requestStack(planNative(['mock-cloud', 'alloy'], environment));
  const stack = await startNative(request);
  const { mockCloud: cloud } = stack.endpoints;
  if (stack.alloy === undefined || cloud === undefined) throw new TypeError('the stack has an Alloy and a mock cloud');
  return {
    alloy: stack.alloy,
    access: readCloudAccess(aimAtMock(request.cloudVariables(cloud.url), cloud.url)),
    [Symbol.asyncDispose]: () => stack.stop(),
  };
}
