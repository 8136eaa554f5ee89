import { run } from './run.ts';

/** The part of a LogQL query that keeps to the services of this run's stack; nothing where they are somebody's own. */
export const serviceInstance: string =
  run.servicesInstanceId === undefined ? '' : ` | service_instance_id="${run.servicesInstanceId}"`;
