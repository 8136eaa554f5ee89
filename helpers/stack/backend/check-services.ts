import { getAnswer, type HttpAnswer, isWebPage, postNothing } from '../../clients/http.ts';
import { SMALLEST_QUESTIONS } from '../../clients/smallest-questions.ts';
import { listWritePaths } from '../../lgtm-gateway/gateway.ts';
import { CannotRun } from '../../run/cannot-run.ts';
import type { BackendAccess, ServiceAccess } from '../../run/endpoints.ts';
import { removeSecrets } from '../../settings/secrets.ts';
import type { GatewayTargets } from '../plan.ts';

type Service = keyof BackendAccess;
/** What is wrong with one address, and what a person does about it, both without the full stop. */
type Problem = { readonly text: string; readonly fix: string };

const TITLES: Readonly<Record<Service, string>> = { prometheus: 'Prometheus', tempo: 'Tempo', loki: 'Loki' };
const SERVICES = Object.keys(TITLES) as Service[];
const MAX_SHOWN = 100;

/**
 * Throws {@link CannotRun} where nothing answers at the address of a service, or something else does: nothing that a run starts
 * would change that. A refused login, a page for people and a service that is not ready are left to the run, which tells them.
 */
export async function refuseOtherServices(access: BackendAccess): Promise<void> {
  refuse(await Promise.all(SERVICES.map((service) => checkQueries(service, access[service]))));
}

/** Throws {@link CannotRun} where a path that the gateway writes to is not served; `isReceiverSet`: whether `TEMPO_OTLP_URL` is. */
export async function refuseUnwritable(targets: GatewayTargets, isReceiverSet: boolean): Promise<void> {
  refuse(
    await Promise.all([
      checkReceiver({ ...targets.tempo, url: targets.traces }, isReceiverSet),
      checkWrites('prometheus', targets.prometheus),
      checkWrites('loki', targets.loki),
    ]),
  );
}

function refuse(found: readonly (Problem | undefined)[]): void {
  const problems = found.filter((problem) => problem !== undefined);
  if (problems.length === 0) return;
  throw new CannotRun(
    `${problems.map(({ text }) => text).join('; ')}.`,
    `${problems.map(({ fix }) => fix).join('; ')}.`,
  );
}

async function checkQueries(service: Service, access: ServiceAccess): Promise<Problem | undefined> {
  const variable = nameVariable(access);
  const answer = await askSmallest(service, access).catch(toError);
  if (answer instanceof Error) return describeSilence(access, variable, variable, answer);
  if (!isOfAnother(service, answer)) return undefined;
  const title = TITLES[service];
  const place = showPlace(access);
  const parent = await findFirst(listParents(access), (one) => isAt(service, one));
  if (parent !== undefined) {
    const text = `${variable}: no ${title} answers at ${place}; it does at ${showPlace(parent)}`;
    return { text, fix: `leave ${showRest(access, parent)} out of ${variable}` };
  }
  const fix = access.isBearer
    ? `correct the URL of the data source for ${title} in that Grafana`
    : `set ${variable} to where ${title} answers`;
  const other = await findService(access, service);
  if (other !== undefined) return { text: `${variable} is no ${title}: ${other}`, fix };
  const got = showAnswer(`GET ${SMALLEST_QUESTIONS[service].path}`, answer, access);
  return { text: `${variable}: no ${title} answers at ${place}: ${got}`, fix };
}

async function checkReceiver(access: ServiceAccess, isSet: boolean): Promise<Problem | undefined> {
  const variable = 'TEMPO_OTLP_URL';
  const [path = ''] = listWritePaths('traces');
  const origin = isSet ? variable : `where ${nameVariable(access)} leads to, as ${variable} is not set`;
  const answer = await postNothing(access, path).catch(toError);
  if (answer instanceof Error) return describeSilence(access, variable, origin, answer);
  if (!isUnserved(answer)) return undefined;
  const place = showPlace(access);
  const parent = await findFirst(listParents(access), async (one) => takesNothing(await postNothing(one, path)));
  if (parent !== undefined) {
    const text = `${variable}: no OTLP receiver answers at ${place}; one does at ${showPlace(parent)}`;
    return { text, fix: `leave ${showRest(access, parent)} out of ${variable}: ${path} is put behind it` };
  }
  const what = (await findService(access)) ?? showAnswer(`POST ${path}`, answer, access);
  return {
    text: `no OTLP receiver answers at ${place} (${origin}): ${what}`,
    fix: `set ${variable} to where Tempo receives OTLP over HTTP, such as http://127.0.0.1:4318`,
  };
}

const WRITE_FIXES = {
  prometheus: (variable: string) =>
    `start the Prometheus with --web.enable-remote-write-receiver and --web.enable-otlp-receiver, or set ${variable} to one that has both`,
  loki: (variable: string) => `set ${variable} to a Loki 3, which takes its own pushes and OTLP`,
} as const;

async function checkWrites(service: 'prometheus' | 'loki', access: ServiceAccess): Promise<Problem | undefined> {
  const variable = nameVariable(access);
  const asked = listWritePaths(service).map(async (path) => ({ path, answer: await postNothing(access, path) }));
  const answers = await Promise.all(asked).catch(toError);
  if (answers instanceof Error) return describeSilence(access, variable, variable, answers);
  const unserved = answers.filter(({ answer }) => isUnserved(answer));
  if (unserved.length === 0) return undefined;
  const gets = unserved.map(({ path, answer }) => showAnswer(`POST ${path}`, answer, access)).join(', ');
  return {
    text: `${variable}: not all that Alloy writes is taken at ${showPlace(access)}: ${gets}`,
    fix: WRITE_FIXES[service](variable),
  };
}

async function askSmallest(service: Service, access: ServiceAccess): Promise<HttpAnswer> {
  const { path, listParameters } = SMALLEST_QUESTIONS[service];
  return await getAnswer(access, `${path}?${new URLSearchParams(listParameters())}`);
}

/** Whether this is an answer that the service does not give; one that may be about a login or its state is not. */
function isOfAnother(service: Service, answer: HttpAnswer): boolean {
  if (isWebPage(answer)) return false;
  return answer.status === 404 || (answer.status === 200 && !isOf(service, answer));
}

function isOf(service: Service, { status, body }: HttpAnswer): boolean {
  try {
    return status === 200 && SMALLEST_QUESTIONS[service].answer.safeParse(JSON.parse(body)).success;
  } catch {
    return false;
  }
}

async function isAt(service: Service, access: ServiceAccess): Promise<boolean> {
  return isOf(service, await askSmallest(service, access));
}

function isUnserved(answer: HttpAnswer): boolean {
  return (answer.status === 404 || answer.status === 405) && !isWebPage(answer);
}

/** Whether an empty export was taken. */
function takesNothing(answer: HttpAnswer): boolean {
  return answer.status === 200 && !isWebPage(answer);
}

/** In words: which of the services answers at this address or at what it is below, apart from the one that is meant. */
async function findService(access: ServiceAccess, meant?: Service): Promise<string | undefined> {
  for (const place of [access, ...listParents(access)]) {
    const found = await findFirst(
      SERVICES.filter((service) => service !== meant),
      (service) => isAt(service, place),
    );
    if (found !== undefined) return `${TITLES[found]} answers queries at ${showPlace(place)}`;
  }
  return undefined;
}

/** What gives no answer is not it. */
async function findFirst<T>(list: readonly T[], isIt: (one: T) => Promise<boolean>): Promise<T | undefined> {
  const found = await Promise.all(list.map((one) => isIt(one).catch(() => false)));
  return list.find((_, index) => found[index]);
}

/** The addresses that this one is below, the nearest first. */
function listParents(access: ServiceAccess): ServiceAccess[] {
  const parts = new URL(access.url).pathname.split('/').filter((part) => part !== '');
  return parts.map((_, index) => {
    const url = new URL(access.url);
    url.pathname = parts.slice(0, parts.length - 1 - index).join('/');
    return { ...access, url: url.href.replace(/\/$/, '') };
  });
}

function describeSilence(access: ServiceAccess, variable: string, origin: string, { message }: Error): Problem {
  return {
    text: `no answer at ${showPlace(access)} (${origin}): ${message}`,
    fix: `start what is to answer there, or set ${variable} to where it is`,
  };
}

function showAnswer(question: string, { status, body }: HttpAnswer, { password }: ServiceAccess): string {
  const words = removeSecrets(body, [password])
    .replaceAll(/[\p{C}\s]+/gu, ' ')
    .trim()
    .slice(0, MAX_SHOWN);
  return `${question} gets ${status}${words === '' ? '' : ` (${words})`}`;
}

function nameVariable(access: ServiceAccess): string {
  return access.variables?.url ?? showPlace(access);
}

/** Without its login. */
function showPlace({ url }: ServiceAccess): string {
  const { origin, pathname } = new URL(url);
  return `${origin}${pathname.replace(/\/$/, '')}`;
}

function showRest(access: ServiceAccess, parent: ServiceAccess): string {
  return showPlace(access).slice(showPlace(parent).length);
}

function toError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
