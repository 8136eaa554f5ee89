/**
 * The gateway as a program: `main.ts HOST PORT`. `LGTM_TARGETS` in its environment holds the targets as JSON, because they have
 * logins in them. It runs until SIGTERM.
 */
import { z } from 'zod';
import { createGateway } from './gateway.ts';

const Target = z.object({
  url: z.string(),
  user: z.string(),
  password: z.string(),
  tenant: z.string().optional(),
});
const Targets = z.object({ traces: Target, prometheus: Target, loki: Target });

process.on('SIGTERM', () => process.exit(0));
process.on('SIGINT', () => process.exit(0));

const [host = '', port = ''] = process.argv.slice(2);
createGateway(Targets.parse(JSON.parse(process.env.LGTM_TARGETS ?? ''))).listen(Number(port), host);
