import { basename } from 'node:path';
import type { Part } from './stack.ts';

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

/** The parts that these spec files need, Alloy and the mock Grafana Cloud always among them. */
export function partsFor(specFiles: readonly string[]): Part[] {
  const needed = specFiles.flatMap((file) => NEEDS[/^phase\d+/.exec(basename(file))?.[0] ?? ''] ?? []);
  return [...new Set<Part>(['cloud', 'alloy', ...needed])];
}
