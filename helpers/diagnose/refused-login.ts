import type { LoginFault } from '../findings/finding.ts';
import type { Place } from '../findings/place.ts';
import type { Login } from '../flow/login.ts';
import type { Run } from '../run/run.ts';
import type { Symptoms } from './symptoms.ts';

/** A login that a service refused, as findings have it: the ID, the mock cloud's reason, and a variable with the same ID. */
export type FoundLogin = {
  readonly login: Login['kind'];
  readonly place: Place;
  readonly instanceId?: string;
  readonly reason?: LoginFault;
  readonly twin?: string;
  readonly oddPassword?: Place;
  readonly lostOnWayTo?: Place;
  readonly isElsewhere?: true;
};

/** What is known of a login that a service has refused, which was sent to an endpoint. */
export function readRefusedLogin(
  { refusals, refusedQuestions, run }: Pick<Symptoms, 'refusals' | 'refusedQuestions' | 'run'>,
  service: 'OTLP' | 'PROMETHEUS',
  login: Login,
  endpoint: Place,
): FoundLogin {
  const sent = login.kind === 'basic' ? login.user : undefined;
  const name = `GRAFANA_CLOUD_${service}_INSTANCE_ID`;
  const ofService = refusals.filter((refused) => refused.service.toUpperCase() === service);
  const [refusal] = ofService
    .filter(({ user }) => sent === undefined || (user ?? '') === sent)
    .sort((a, b) => b.count - a.count);
  const isSent = login.kind === 'basic' && login.hasHeader !== true && sent !== undefined && sent !== '';
  const isLost = isSent && ofService.length > 0 && ofService.every(hasNoLogin);
  // What Alloy has is known of a stack that the run started; an external one may have other variables.
  const own = run.stack === 'external' || login.kind === 'none' ? undefined : run.variables[name];
  const instanceId = sent ?? refusal?.user ?? own;
  const twin = findTwin(run, name, instanceId);
  return {
    login: login.kind,
    place: login.place,
    ...(instanceId !== undefined && { instanceId }),
    ...(refusal !== undefined && { reason: refusal.reason }),
    ...(twin !== undefined && { twin }),
    ...(isLost && { lostOnWayTo: endpoint }),
    ...(run.stack === 'external' && refusedQuestions.length === 0 && { isElsewhere: true }),
    ...(login.kind === 'basic' && isOddPassword(login.password, refusal?.reason) && { oddPassword: login.password }),
  };
}

/** The variable of another service that has the same instance ID. */
export function findTwin({ variables }: Run, name: string, instanceId: string | undefined): string | undefined {
  if (instanceId === undefined || instanceId === '') return undefined;
  return Object.keys(variables).find(
    (other) => other !== name && other.endsWith('_INSTANCE_ID') && variables[other] === instanceId,
  );
}

function hasNoLogin({ reason }: Symptoms['refusals'][number]): boolean {
  return reason === 'no credentials';
}

/** Whether the password comes from elsewhere than the token of Grafana Cloud, as long as nothing else is known to be wrong. */
function isOddPassword({ expression, variables = [] }: Place, reason: LoginFault | undefined): boolean {
  const mayBeIt = reason === undefined || reason === 'wrong token';
  return mayBeIt && expression !== undefined && !variables.includes('GRAFANA_CLOUD_API_KEY');
}
