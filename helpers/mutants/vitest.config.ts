import { defineConfig } from 'vitest/config';

/** `npm run test:mutants`: a sample of the mutants, which takes minutes and is no part of `npm test`. */
export default defineConfig({
  test: {
    include: ['helpers/mutants/*.mutants.ts'],
    globalSetup: ['helpers/cli/unit-setup.ts'],
    testTimeout: 1_800_000,
    reporters: ['verbose'],
  },
});
