import {
  type CloudApi,
  type CloudStack,
  findStack,
  listStacks,
  readCloudApi,
  UnknownGateway,
} from '../clients/cloud-api.ts';
import { QueryError } from '../clients/http.ts';
import type { Milliseconds } from '../otlp/ids.ts';
import { CLOUD_SERVICES, isHosted, nameEndpoint } from '../settings/cloud.ts';
import type { Settings } from '../settings/settings.ts';
import { describeToken, findStrayCharacters } from '../settings/token.ts';
import type { StackAnswer } from './cloud-check.ts';

/** What the stack says of itself: by its slug, else the one of the token's organisation that has one of the IDs. */
export async function askForStack(settings: Settings, timeout: Milliseconds): Promise<StackAnswer> {
  const { discovery, cloud } = settings;
  const api = readCloudApi(settings);
  const hosts = CLOUD_SERVICES.map((service) => cloud[nameEndpoint(service)] ?? '');
  const isAnyHosted = hosts.some((url) => URL.canParse(url) && isHosted(new URL(url).hostname));
  // A token is shown to nobody but whom it belongs to.
  if (!isAnyHosted && discovery.url === undefined) return { notAsked: 'private' };
  if (api.token === '' || findStrayCharacters(api.token) !== undefined) return { notAsked: 'no token' };
  try {
    return (await findOwnStack(api, settings, timeout)) ?? { notAsked: 'no slug' };
  } catch (error) {
    if (error instanceof UnknownGateway) return { notAsked: 'no gateway' };
    if (!(error instanceof QueryError)) throw error;
    const { status } = error;
    return { notAsked: status === 401 || status === 403 ? 'no scope' : 'no answer', refused: status };
  }
}

async function findOwnStack(
  api: CloudApi,
  { discovery, cloud }: Settings,
  timeout: Milliseconds,
): Promise<CloudStack | undefined> {
  if (discovery.stack !== undefined) return await findStack(api, discovery.stack, timeout);
  const token = describeToken(api.token);
  if (token.kind !== 'access policy' || token.organization === undefined) return undefined;
  const stacks = await listStacks(api, token.organization, timeout);
  const matches = (stack: CloudStack) =>
    Object.entries(stack.variables).filter(([name, value]) => cloud[name] === value).length;
  const [best] = stacks.filter((stack) => matches(stack) > 0).sort((a, b) => matches(b) - matches(a));
  return best ?? (stacks.length === 1 ? stacks[0] : undefined);
}
