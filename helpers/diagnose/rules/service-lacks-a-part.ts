import type { Part } from '../../run/part.ts';
import type { Run } from '../../run/run.ts';
import { createServiceRule } from '../service-rule.ts';

/** What services call the parts that they need. */
const PARTS = {
  PostgreSQL: 'postgres',
  'LISTEN of PostgreSQL': 'postgres',
  Redis: 'redis',
  RabbitMQ: 'rabbitmq',
} as const;

/**
 * The service says, in its log or its health check, that it can't use a part that it needs.
 *
 * `the API service can't use Redis: WRONGPASS invalid username-password pair (REDIS_URL leads to 127.0.0.1:6379/0)`
 */
export const serviceLacksAPart = createServiceRule('service lacks a part', (service, question) => {
  const { subject, run, takenAway, unreachable } = question;
  // Its other signals don't depend on it; a metric that counts its work may.
  const isOther = /^other (?:names|labels)$/.test(question.observation?.nearest?.kind ?? '');
  const isAsked =
    subject === undefined ||
    ['trace', 'traces', 'work'].includes(subject.kind) ||
    (subject.kind === 'OTLP metric' && isOther);
  const outage = service.outages.find(({ of }) => of in PARTS && !takenAway.includes(findPart(of)));
  if (!isAsked || outage === undefined) return undefined;
  const { of, reason, variable, address } = outage;
  const right = findRightAddress(run, findPart(of));
  const isElsewhere = right !== undefined && address !== undefined && !isAt(address, right);
  return {
    of,
    reason,
    ...(variable !== undefined && address !== undefined && { set: { variable, value: address } }),
    ...(isElsewhere && { right }),
    // The run itself uses it at that address.
    ...(right !== undefined &&
      !isElsewhere &&
      address !== undefined &&
      !unreachable.some(({ part }) => part === findPart(of)) && { isThere: true as const }),
  };
});

function findPart(of: string): Part {
  return PARTS[of as keyof typeof PARTS];
}

/** Only services on this machine reach a part where the run does. */
function findRightAddress(run: Run, part: Part): string | undefined {
  const found = part === 'postgres' || part === 'redis' || part === 'rabbitmq' ? run[part] : undefined;
  return run.stack === 'native' && found !== undefined ? `${found.host}:${found.port}` : undefined;
}

function isAt(address: string, right: string): boolean {
  return address === right || address.includes(`@${right}`) || address.startsWith(`${right}/`);
}
