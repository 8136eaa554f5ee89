import { EXISTING_VARIABLES } from '../../settings/settings.ts';
import { createRule } from '../rule.ts';

/**
 * A part that the criterion depends on accepts no connections.
 *
 * `Redis gives no answer at 127.0.0.1:6379`
 */
export const sourceUnreachable = createRule('source unreachable', ({ unreachable: [first] }) => {
  if (first === undefined) return undefined;
  const variable = EXISTING_VARIABLES[first.part];
  return { source: first.part, address: first.address, ...(variable !== undefined && { variable }) };
});
