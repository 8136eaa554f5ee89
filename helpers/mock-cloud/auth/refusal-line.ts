import type { Service } from './credentials.ts';
import { instanceIdVariable, TOKEN_VARIABLE } from './credentials.ts';
import type { Refusal } from './login.ts';

const NAMES: Readonly<Record<Service, string>> = {
  otlp: 'OTLP gateway',
  prometheus: 'Prometheus',
  loki: 'Loki',
  tempo: 'Tempo',
};

/** One line for the person at the terminal: who was refused where, why, and which variable to look at. No secrets. */
export function refusalLine(service: Service, { reason, user, belongsTo }: Refusal): string {
  const where = `refused a login at the ${NAMES[service]}`;
  switch (reason) {
    case 'no credentials':
      return `${where}: no Basic credentials were sent`;
    case 'wrong token':
      return `${where}: wrong token for user ${user} (see ${TOKEN_VARIABLE})`;
    case 'unknown instance ID':
      return `${where}: ${user} is no instance ID of this stack (see ${instanceIdVariable(service)})`;
    case 'foreign instance ID': {
      const owner = belongsTo === undefined ? 'another service' : NAMES[belongsTo];
      return `${where}: ${user} is the instance ID of ${owner} (see ${instanceIdVariable(service)})`;
    }
  }
}
