import { getJson, isLoginRefused, QueryError } from '../clients/http.ts';
import { SMALLEST_QUESTIONS } from '../clients/smallest-questions.ts';
import type { Evidence } from '../findings/evidence.ts';
import type { RefusedQuestion } from '../findings/finding.ts';
import type { BackendAccess, ServiceAccess } from '../run/endpoints.ts';
import { findAskedService } from './asked-service.ts';

/** Where a question was refused for its login: each service that refuses it. One question alone doesn't tell a token from an ID. */
export async function listRefusedQuestions(access: BackendAccess, evidence: Evidence): Promise<RefusedQuestion[]> {
  if (evidence.kind !== 'observation' || evidence.seen.kind !== 'query failure') return [];
  const { request } = evidence.seen;
  if (request === undefined || !isLoginRefused(request)) return [];
  const services = Object.keys(access) as (keyof BackendAccess)[];
  const found = await Promise.all(
    services.map(async (service) => {
      const error = await ask(service, access[service]).then(
        () => undefined,
        (thrown: unknown) => thrown,
      );
      if (!(error instanceof QueryError && isLoginRefused(error))) return [];
      const { user, variables } = access[service];
      return [{ service, user, status: error.status, ...(variables && { variables }) }];
    }),
  );
  return found.flat();
}

/** The service that answers at the address of another one, where that one's question got an answer of something else. */
export async function findOtherService(
  access: BackendAccess,
  evidence: Evidence,
): Promise<keyof BackendAccess | undefined> {
  const { request } = evidence.kind === 'observation' && evidence.seen.kind === 'query failure' ? evidence.seen : {};
  if (request?.stranger !== 'other API') return undefined;
  const asked = findAskedService(access, request.url);
  if (asked === undefined) return undefined;
  for (const other of Object.keys(access) as (keyof BackendAccess)[]) {
    if (other === asked) continue;
    const isThere = await ask(other, access[asked]).then(
      () => true,
      () => false,
    );
    if (isThere) return other;
  }
  return undefined;
}

async function ask(service: keyof BackendAccess, access: ServiceAccess): Promise<unknown> {
  const { path, listParameters, answer } = SMALLEST_QUESTIONS[service];
  return await getJson(access, path, listParameters(), answer);
}
