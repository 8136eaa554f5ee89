import { block, optional, optionalBlock, required } from '../../schema/schema.ts';
import { secret, string } from '../../schema/types.ts';

const uuid = /^(?:urn:uuid:)?[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$|^[0-9a-f]{32}$/i;
const clouds = ['AzureChina', 'AzureGovernment', 'AzurePublic'];

const managedIdentity = block({ client_id: required(string) });
const workloadIdentity = block({
  client_id: required(string),
  tenant_id: required(string),
  token_file_path: optional(string),
});
const oauth = block({ client_id: required(string), client_secret: required(secret), tenant_id: required(string) });
const sdk = block({ tenant_id: required(string) });

/** `azuread` of an endpoint of `prometheus.remote_write`: checked, and refused when it runs. */
export const azuread = block(
  {
    managed_identity: optionalBlock(managedIdentity),
    workload_identity: optionalBlock(workloadIdentity),
    oauth: optionalBlock(oauth),
    sdk: optionalBlock(sdk),
    cloud: optional(string, 'AzurePublic'),
    scope: optional(string),
  },
  (args) => {
    if (!clouds.includes(args.cloud)) {
      return 'must provide a cloud in the Azure AD config';
    }
    const methods = [args.managed_identity, args.workload_identity, args.oauth, args.sdk];
    const chosen = methods.filter((method) => method !== undefined).length;
    if (chosen === 0) {
      return 'must provide an Azure Managed Identity, Azure Workload Identity, Azure OAuth or Azure SDK in the Azure AD config';
    }
    if (chosen > 1) {
      return 'cannot provide multiple authentication methods in the Azure AD config';
    }
    return (
      findIdentityProblem('Managed Identity', args.managed_identity) ??
      findIdentityProblem('Workload Identity', args.workload_identity) ??
      findIdentityProblem('OAuth', args.oauth) ??
      (args.scope !== '' && !/^[\w\s:/.-]+$/.test(args.scope)
        ? 'the provided scope contains invalid characters'
        : undefined)
    );
  },
);

type Identity = {
  readonly client_id: string;
  readonly client_secret?: { readonly reveal: () => string };
  readonly tenant_id?: string;
};

function findIdentityProblem(kind: string, identity: Identity | undefined): string | undefined {
  if (identity === undefined) {
    return undefined;
  }
  const missing = (
    [
      ['client_id', identity.client_id],
      ['client_secret', identity.client_secret?.reveal()],
      ['tenant_id', identity.tenant_id],
    ] as const
  ).find(([, value]) => value === '');
  if (missing !== undefined) {
    return `must provide an Azure ${kind} ${missing[0]} in the Azure AD config`;
  }
  if (!uuid.test(identity.client_id)) {
    return `the provided Azure ${kind} client_id is invalid`;
  }
  return kind === 'Workload Identity' && !uuid.test(identity.tenant_id ?? '')
    ? `the provided Azure ${kind} tenant_id is invalid`
    : undefined;
}
