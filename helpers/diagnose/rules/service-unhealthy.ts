import { createRule } from '../rule.ts';

/**
 * A service that the criterion depends on says in its health check that one of its parts fails.
 *
 * `the API service at 127.0.0.1:8000 reports that it does not work: postgresql: relation "games" does not exist`
 */
export const serviceUnhealthy = createRule('service unhealthy', ({ faulty }) => {
  const found = faulty.find(({ fault }) => fault === 'unhealthy');
  return found && { service: found.part, address: found.address, reason: found.reason };
});
