import type { Mutant } from '../mutant.ts';
import { backend } from './backend.ts';
import { configuration } from './configuration.ts';
import { environment } from './environment.ts';
import { noOps } from './no-ops.ts';
import { serviceCode } from './service-code.ts';
import { services } from './services.ts';
import { stack } from './stack.ts';

/** All mutants, each ID once. */
export const mutants: readonly Mutant[] = [
  ...configuration,
  ...environment,
  ...services,
  ...serviceCode,
  ...stack,
  ...backend,
  ...noOps,
];
