import type { Evidence, Path } from '../findings/evidence.ts';
import type { Finding } from '../findings/finding.ts';
import type { Run } from '../run/run.ts';
import type { Rule } from './rule.ts';
import { ALLOY_DOWN_RULES, COMPONENT_RULES } from './rules-alloy.ts';
import { CLOUD_GAP_RULES, CLOUD_RULES } from './rules-cloud.ts';
import { OTLP_GAP_RULES, OTLP_LOSS_RULES } from './rules-otlp.ts';
import { OTHER_BACKEND_RULES, QUERY_RULES, SILENCE_RULES } from './rules-query.ts';
import { REMOTE_WRITE_GAP_RULES, REMOTE_WRITE_LOSS_RULES } from './rules-remote-write.ts';
import { SOURCE_RULES, UNREACHABLE_RULES } from './rules-source.ts';
import { type Failure, gatherSymptoms, type Symptoms } from './symptoms.ts';

/** The rules for telemetry on each path and for all other failures, root causes first. */
export const RULES: Readonly<Record<Path | 'other', readonly Rule[]>> = {
  otlp: [
    ...SILENCE_RULES,
    ...ALLOY_DOWN_RULES,
    ...OTHER_BACKEND_RULES,
    ...UNREACHABLE_RULES,
    ...COMPONENT_RULES,
    ...CLOUD_RULES,
    ...OTLP_LOSS_RULES,
    ...QUERY_RULES,
    ...OTLP_GAP_RULES,
    ...CLOUD_GAP_RULES,
  ],
  'remote write': [
    ...SILENCE_RULES,
    ...ALLOY_DOWN_RULES,
    ...OTHER_BACKEND_RULES,
    ...UNREACHABLE_RULES,
    ...COMPONENT_RULES,
    ...CLOUD_RULES,
    ...REMOTE_WRITE_LOSS_RULES,
    ...QUERY_RULES,
    ...SOURCE_RULES,
    ...REMOTE_WRITE_GAP_RULES,
    ...CLOUD_GAP_RULES,
  ],
  other: [...UNREACHABLE_RULES, ...ALLOY_DOWN_RULES, ...COMPONENT_RULES],
};

/** Why a criterion failed: the first cause that the symptoms prove, or undefined if they prove none. */
export async function diagnose(run: Run, failure: Failure): Promise<Finding | undefined> {
  return isTooMuch(failure.evidence) ? undefined : explain(await gatherSymptoms(run, failure));
}

/** The first cause that these symptoms prove. */
export function explain(symptoms: Symptoms): Finding | undefined {
  const { evidence } = symptoms;
  for (const rule of RULES[evidence.kind === 'observation' ? evidence.path : 'other']) {
    const finding = rule.find(symptoms);
    if (finding !== undefined) return finding;
  }
  return undefined;
}

/** Whether something arrived that should not have, or more than should have: no fault on the path explains that. */
function isTooMuch(evidence: Evidence): boolean {
  if (evidence.kind !== 'observation') return false;
  const { condition, seen } = evidence;
  if (condition.kind === 'empty') return seen.kind !== 'query failure';
  const isUpperLimit = condition.kind === 'value' && (condition.is === 'at most' || condition.is === 'below');
  return isUpperLimit && seen.kind === 'values' && seen.count > 0;
}
