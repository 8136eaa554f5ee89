import type { Run, ServiceEndpoints } from '../stack/run.ts';
import { run } from './run.ts';

/** The services of the run; asking for one that it does not have throws. */
export function servicesOf(of: Run): Required<ServiceEndpoints> {
  return new Proxy(of as Required<ServiceEndpoints>, {
    get(endpoints, name: keyof ServiceEndpoints) {
      const endpoint = endpoints[name];
      if (endpoint === undefined)
        throw new Error(`this run has no ${name}: helpers/stack/phases.ts lists what a phase needs`);
      return endpoint;
    },
  });
}

/** The part of a LogQL query that keeps to the services of this run's stack; nothing where they are somebody's own. */
export const serviceInstance: string =
  run.servicesInstanceId === undefined ? '' : ` | service_instance_id="${run.servicesInstanceId}"`;
