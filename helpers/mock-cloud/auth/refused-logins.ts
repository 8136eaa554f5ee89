import { INSTANCE_ID_VARIABLES, type Service, TOKEN_VARIABLE } from './credentials.ts';
import type { LoginRefusal } from './login.ts';

/** The refused logins with the same service, user, reason and form. */
export type RefusedLogin = Omit<LoginRefusal, 'message'> & {
  readonly service: Service;
  count: number;
  /** When it last happened, in milliseconds since the epoch. */
  lastTime: number;
};

/** The refused logins since the start, for `GET /-/refusals`. */
export type RefusedLogins = {
  /** Adds and reports one. `now` in milliseconds since the epoch. */
  readonly add: (service: Service, refusal: LoginRefusal, now: number) => void;
  /** The most recent last; at most {@link MAX_KINDS}. */
  readonly list: () => readonly RefusedLogin[];
};

/** Guessed user names must not fill the memory: above this number, the kind that was refused longest ago is forgotten. */
const MAX_KINDS = 256;

const NAMES: Readonly<Record<Service, string>> = {
  otlp: 'the OTLP gateway',
  prometheus: 'Prometheus',
  loki: 'Loki',
  tempo: 'Tempo',
};

/** An empty list; `report` prints a line for the person at the terminal, for equal kinds not too often. */
export function createRefusedLogins(report: (kind: string, line: string) => void): RefusedLogins {
  const kinds = new Map<string, RefusedLogin>();
  return {
    add(service, refusal, now) {
      const { message: _, ...described } = refusal;
      const key = JSON.stringify([service, described]);
      report(key, describeRefusal(service, refusal));
      const login = kinds.get(key) ?? { service, ...described, count: 0, lastTime: now };
      login.count++;
      login.lastTime = now;
      kinds.delete(key);
      kinds.set(key, login);
      const [oldest] = kinds.keys();
      if (kinds.size > MAX_KINDS && oldest !== undefined) kinds.delete(oldest);
    },
    list: () => [...kinds.values()],
  };
}

/** One line: who was refused where, why, and which variable to check. No secrets. */
function describeRefusal(service: Service, { reason, user, belongsTo, sent }: LoginRefusal): string {
  const where = `refused a login at ${NAMES[service]}`;
  const variable = INSTANCE_ID_VARIABLES[service];
  switch (reason) {
    case 'no credentials':
      return `${where}: ${sent ?? 'no Basic credentials were sent'}`;
    case 'wrong token':
      return `${where}: wrong token for user ${user}${sent === undefined ? '' : `, ${sent}`} (see ${TOKEN_VARIABLE})`;
    case 'unknown instance ID':
      return `${where}: ${user} is not an instance ID of this stack (see ${variable})`;
    case 'foreign instance ID': {
      const owner = belongsTo === undefined ? 'another service' : NAMES[belongsTo];
      return `${where}: ${user} is the instance ID of ${owner} (see ${variable})`;
    }
  }
}
