import { CannotRun } from '../../run/cannot-run.ts';
import type { Part } from '../../run/part.ts';
import { chooseStack } from '../choose.ts';
import { pullImages } from '../containers/container-images.ts';
import type { ContainersPlan } from '../plan.ts';
import { planCommon } from './plans.ts';

/** The plan of a stack of containers of these parts; else the reason why tests that need it are skipped. */
export async function planContainers(parts: readonly Part[]): Promise<ContainersPlan | { readonly absent: string }> {
  const { settings } = planCommon(parts);
  try {
    const chosen = await chooseStack({ ...settings, stack: 'containers', alloy: undefined }, parts, { reuse: false });
    return chosen.stack === 'containers' ? await pullImages(chosen, () => {}) : { absent: chosen.because };
  } catch (error) {
    if (error instanceof CannotRun) return { absent: error.message };
    throw error;
  }
}
