import { run } from './run.ts';

/** Restricts a LogQL query to the services that this run started; empty if it did not start them. */
export const serviceInstance: string =
  run.servicesInstanceId === undefined ? '' : ` | service_instance_id="${run.servicesInstanceId}"`;
