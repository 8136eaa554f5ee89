import { EXISTING_VARIABLES } from '../../settings/settings.ts';
import { createRule } from '../rule.ts';

/**
 * A part that the criterion depends on accepts no connections, or accepts one and says nothing on it.
 *
 * `Redis gives no answer at 127.0.0.1:6379`
 * `PostgreSQL accepts the connection at 127.0.0.1:5432 and gives no answer: it hangs`
 */
export const sourceUnreachable = createRule('source unreachable', ({ unreachable: [first] }) => {
  if (first === undefined) return undefined;
  const { part, address, isSilent } = first;
  const variable = EXISTING_VARIABLES[part];
  return { source: part, address, ...(variable !== undefined && { variable }), ...(isSilent && { isSilent }) };
});
