import type { FoundSpan } from '../clients/tempo.ts';
import type { Observation, Subject } from '../findings/evidence.ts';
import type { Finding, FindingKind, ServiceVariable, Signal } from '../findings/finding.ts';
import { ITEMS } from '../flow/otlp-route.ts';
import { SERVICE_NAMES, type ServicePart } from '../run/part.ts';
import type { Rule } from './rule.ts';
import { listAskedSignals, type ServiceState } from './service-state.ts';
import type { Symptoms } from './symptoms.ts';

/** All that a rule about services reads. */
export type ServiceFacts = Pick<
  Symptoms,
  | 'run'
  | 'evidence'
  | 'services'
  | 'takenAway'
  | 'unreachable'
  | 'trace'
  | 'recent'
  | 'held'
  | 'stop'
  | 'unnamed'
  | 'broker'
  | 'hasTraceIds'
  | 'course'
  | 'looseLine'
  | 'countedRoutes'
>;

/** A rule about services, which a wait may ask as well. */
export type ServiceRule = Rule & { readonly find: (facts: ServiceFacts) => ReturnType<Rule['find']> };

/** A rule's question: what failed the criterion, if that was a question, and the signals that it is about. */
export type ServiceQuestion = ServiceFacts & {
  readonly observation: Observation | undefined;
  readonly subject: Subject | undefined;
  readonly signals: readonly Signal[];
};

type ServiceKind = Extract<Finding, { readonly service: ServicePart }>['kind'];

/** Creates a rule about one service at a time, of those that a criterion asks about; `find` returns the finding without its kind. */
export function createServiceRule<K extends ServiceKind>(
  kind: K,
  find: (service: ServiceState, question: ServiceQuestion) => Omit<FindingKind<K>, 'kind' | 'service'> | undefined,
): ServiceRule {
  return {
    kind,
    find(facts) {
      const observation = facts.evidence.kind === 'observation' ? facts.evidence : undefined;
      const subject = observation?.subject;
      const question = {
        ...facts,
        observation,
        subject,
        signals: subject === undefined ? [] : listAskedSignals(subject),
      };
      for (const service of facts.services) {
        const found = find(service, question);
        if (found !== undefined) {
          return { kind, service: service.part, ...found } as unknown as FindingKind<K>;
        }
      }
      return undefined;
    },
  };
}

/** A variable of a service as it is; undefined where the service doesn't say what it has. */
export function readVariable({ environment }: ServiceState, variable: string): ServiceVariable | undefined {
  const value = environment?.[variable]?.trim();
  return environment && { variable, ...(value !== undefined && value !== '' && { value }) };
}

/** A list in a variable, separated by commas; empty if it is not set. */
export function readList({ environment }: ServiceState, variable: string): string[] {
  return (environment?.[variable] ?? '')
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');
}

/** The attributes in `OTEL_RESOURCE_ATTRIBUTES` (OpenTelemetry specification, resource SDK). */
export function readResourceAttributes(service: ServiceState): Readonly<Record<string, string>> {
  const pairs = readList(service, 'OTEL_RESOURCE_ATTRIBUTES').map((entry) => {
    const [key = '', value = ''] = entry.split('=');
    return [key.trim(), value.trim()] as const;
  });
  return Object.fromEntries(pairs);
}

/** Whether a service has made a span. */
export function isOf({ part }: Pick<ServiceState, 'part'>, { resource }: FoundSpan): boolean {
  return resource.attributes.some(
    ({ key, value }) => key === 'service.name' && value?.stringValue === SERVICE_NAMES[part],
  );
}

/** The signals that a question is about, and of a delivery those of which not everything has arrived. */
export function listLacking({ signals, observation }: ServiceQuestion): Signal[] {
  const seen = observation?.seen.kind === 'delivery' ? observation.seen.signals : undefined;
  return signals.filter((signal) => {
    const { emitted = 1, arrived = 0 } = seen?.[ITEMS[signal]] ?? {};
    return arrived < emitted;
  });
}
