import { EXISTING_VARIABLES } from '../settings/settings.ts';
import { createRule, type Rule } from './rule.ts';
import { exporterCannotConnect } from './rules/exporter-cannot-connect.ts';
import { scrapeFails } from './rules/scrape-fails.ts';

const unreachable = createRule('source unreachable', ({ unreachable: [first] }) => {
  if (first === undefined) return undefined;
  const variable = EXISTING_VARIABLES[first.part];
  return { source: first.part, address: first.address, ...(variable !== undefined && { variable }) };
});

/** A part that the criterion depends on gives no answer. */
export const UNREACHABLE_RULES: readonly Rule[] = [unreachable];
/** Alloy can't read from a part that does answer. */
export const SOURCE_RULES: readonly Rule[] = [exporterCannotConnect, scrapeFails];
