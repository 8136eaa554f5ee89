import { z } from 'zod';
import type { Evidence } from '../../findings/evidence.ts';
import { SERVICE_NAMES } from '../../run/part.ts';
import { readSeen } from '../observation.ts';
import { createServiceRule } from '../service-rule.ts';

const Answer = z.object({ status: z.number(), json: z.unknown().optional() });
const Members = z.record(z.string(), z.unknown());

/**
 * The service has answered a request of the run with another status, or other words, than it should. After all rules that know why.
 *
 * `the API service answers GET /health with status "ok", not "healthy"`
 */
export const serviceAnswersOtherwise = createServiceRule('service answers otherwise', ({ part }, { evidence }) => {
  if (evidence.kind === 'error' && evidence.answer?.service === part) {
    const { request, status, wanted, body } = evidence.answer;
    return { request, body, differences: [{ of: 'HTTP status', found: String(status), wanted: String(wanted) }] };
  }
  return readAnswer(evidence, part);
});

function readAnswer(evidence: Evidence, part: keyof typeof SERVICE_NAMES) {
  if (evidence.kind !== 'observation') return undefined;
  const { condition, subject } = evidence;
  if (condition.kind !== 'answer' || subject.kind !== 'work' || !subject.services.includes(SERVICE_NAMES[part]))
    return undefined;
  const answer = readSeen(evidence, Answer);
  if (answer === undefined) return undefined;
  const { data: members = {} } = Members.safeParse(answer.json);
  const isOther = answer.status !== condition.status;
  const status = { of: 'HTTP status', found: String(answer.status), wanted: String(condition.status) };
  const others = Object.entries(condition.members).flatMap(([of, wanted]) => {
    const found = members[of];
    if (found === wanted) return [];
    return [{ of, wanted: JSON.stringify(wanted), ...(found !== undefined && { found: JSON.stringify(found) }) }];
  });
  const body = answer.json === undefined ? '' : JSON.stringify(answer.json);
  const differences = [...(isOther ? [status] : []), ...others];
  return differences.length === 0 ? undefined : { request: subject.statement, body, differences };
}
