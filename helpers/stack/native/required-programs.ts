import type { Part } from '../../run/part.ts';
import type { ProgramName } from '../../setup/programs.mjs';
import type { NativePlan } from '../plan.ts';

/**
 * The programs of this machine that a native stack of this plan needs: servers for the parts that it starts, and exporters
 * for what the embedded Alloy scrapes; a real Alloy has those built in.
 */
export function listPrograms({ parts, needs, alloy }: Pick<NativePlan, 'parts' | 'needs' | 'alloy'>): ProgramName[] {
  const servers = (['postgres', 'redis', 'rabbitmq'] as const).filter((part: Part) => parts.includes(part));
  const scraped =
    alloy.kind === 'embedded' ? (['postgres', 'redis'] as const).filter((part) => needs.includes(part)) : [];
  return [...servers, ...scraped.map((part) => `${part}-exporter` as const)];
}
