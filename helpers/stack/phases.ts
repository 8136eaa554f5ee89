import { basename } from 'node:path';
import type { Run } from '../run/run.ts';
import type { Part } from '../run/stack.ts';

/** What each phase needs besides Alloy and the backend. */
const NEEDS: Readonly<Record<string, readonly Part[]>> = {
  phase1: [],
  phase2: ['postgres'],
  phase3: ['redis'],
  phase4: ['postgres', 'redis', 'rabbitmq', 'api'],
  phase5: ['postgres', 'rabbitmq', 'bot'],
  phase6: ['postgres', 'rabbitmq', 'bot', 'notification-daemon', 'status-transition-daemon'],
  phase7: ['rabbitmq'],
};

/** How a stack that is not ours is told of a part, and whether it was. */
const GIVEN: Readonly<Partial<Record<Part, readonly [variable: string, there: (run: Run) => boolean]>>> = {
  postgres: ['DATABASE_URL', (run) => run.postgres !== undefined],
  redis: ['REDIS_URL', (run) => run.redis !== undefined],
  rabbitmq: ['RABBITMQ_URL', (run) => run.rabbitmq !== undefined],
  api: ['API_URL', (run) => run.api !== undefined],
  bot: ['BOT_GATEWAY_URL', (run) => run.bot !== undefined],
};

/** The variables that would have to be set for this run to have all that a phase (`phase4`) needs; none where it has. */
export function missingFor(phase: string, run: Run): string[] {
  return neededBy(phase).flatMap((part) => {
    const [variable, there] = GIVEN[part] ?? [];
    return variable === undefined || there?.(run) ? [] : [variable];
  });
}

/** The parts that these spec files need, Alloy and the mock Grafana Cloud always among them. */
export function partsFor(specFiles: readonly string[]): Part[] {
  const needed = specFiles.flatMap(neededBy);
  return [...new Set<Part>(['cloud', 'alloy', ...needed])];
}

function neededBy(specFile: string): readonly Part[] {
  return NEEDS[/^phase\d+/.exec(basename(specFile))?.[0] ?? ''] ?? [];
}
