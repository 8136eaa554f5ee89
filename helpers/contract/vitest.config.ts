import { defineConfig } from 'vitest/config';

/** `npm run test:contract`: the mock against real programs, which takes minutes and is no part of `npm test`. */
export default defineConfig({
  test: {
    include: ['helpers/contract/*.contract.ts'],
    testTimeout: 900_000,
    hookTimeout: 300_000,
    reporters: ['verbose'],
  },
});
