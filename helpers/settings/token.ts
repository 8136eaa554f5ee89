import { z } from 'zod';

/** What a token says of itself; its secret is not among it. */
export type TokenDescription =
  | {
      /** A token of an access policy of Grafana Cloud (`glc_…`). */
      readonly kind: 'access policy';
      /** As the portal lists it. */
      readonly name?: string;
      /** The ID of the organisation that it belongs to. */
      readonly organization?: string;
      /** Such as `eu` or `prod-eu-west-0`. */
      readonly region?: string;
    }
  /** `glsa_…`: one Grafana takes it, and no other service of Grafana Cloud. */
  | { readonly kind: 'service account' }
  /** `eyJ…`: an API key of the kind that Grafana Cloud has retired. */
  | { readonly kind: 'legacy API key' }
  | { readonly kind: 'unknown' };

const Payload = z.object({
  o: z.union([z.string(), z.number()]).optional(),
  n: z.string().optional(),
  m: z.object({ r: z.string().optional() }).optional(),
});
const MAX_SHOWN = 100;

/**
 * Decodes a token of Grafana Cloud: after `glc_` comes base64 of JSON with the organisation (`o`), the name (`n`), the secret
 * (`k`, never read) and the region (`m.r`). A token that can't be decoded has its kind alone.
 */
export function describeToken(token: string): TokenDescription {
  const text = token.replaceAll(/^[\s"'`]+|[\s"'`]+$/g, '');
  if (text.startsWith('glsa_')) return { kind: 'service account' };
  if (text.startsWith('eyJ')) return { kind: 'legacy API key' };
  if (!text.startsWith('glc_')) return { kind: 'unknown' };
  const { o, n, m } = readPayload(text.slice('glc_'.length));
  return {
    kind: 'access policy',
    ...(n !== undefined && { name: clean(n) }),
    ...(o !== undefined && { organization: clean(String(o)) }),
    ...(m?.r !== undefined && { region: clean(m.r) }),
  };
}

/**
 * What is wrong with the form of an access policy token, as the rest of a sentence that begins with its variable; undefined
 * where nothing is. No part of the token is in it.
 */
export function findTokenFlaw(token: string): string | undefined {
  const stray = findStrayCharacters(token);
  if (stray !== undefined) return stray;
  if (!token.startsWith('glc_')) return `does not start with glc_: ${KINDS[describeToken(token).kind]}`;
  if (!/^glc_[\w+/=-]+$/.test(token)) return 'holds a character that no token has: copy it again';
  return readForm(token) === 'incomplete'
    ? 'is not complete: it begins as a token does, and what it holds has no end; copy it again, the whole of it'
    : undefined;
}

/** Whether a token is of a form that is not known here, so that nobody can say of it whether it is whole. */
export function isUnknownForm(token: string): boolean {
  return token.startsWith('glc_') && readForm(token) === 'unknown';
}

/** What comes after `glc_` is base64 of JSON; whatever begins as that and does not end as that was cut off, or has more behind it. */
function readForm(token: string): 'known' | 'incomplete' | 'unknown' {
  const text = Buffer.from(token.slice('glc_'.length), 'base64').toString('utf8');
  if (!/^\s*\{\s*"/.test(text)) return 'unknown';
  try {
    JSON.parse(text);
    return 'known';
  } catch {
    return 'incomplete';
  }
}

const KINDS: Readonly<Record<TokenDescription['kind'], string>> = {
  'access policy': 'it is not an access policy token of Grafana Cloud',
  'service account':
    'glsa_ is the token of a service account, which one Grafana takes, and no other part of Grafana Cloud',
  'legacy API key': 'eyJ is an API key of the kind that Grafana Cloud has retired',
  unknown: 'it is not an access policy token of Grafana Cloud',
};

/** What was copied along with a value that is one word, as the rest of a sentence that begins with its variable. */
export function findStrayCharacters(value: string): string | undefined {
  if (/[^\p{ASCII}]/u.test(value))
    return 'has a character in it that is not ASCII, such as a typographic quote or an invisible blank: copy it again';
  if (/[\r\n]\s*$/.test(value)) return 'ends with a line end: leave it out';
  if (/[\r\n]/.test(value)) return 'has a line end in it: write it in one line';
  if (/^\s*(["'`]).*\1\s*$/.test(value)) return 'has quotes around it, which belong to the value here: leave them out';
  if (/["'`]/.test(value)) return 'has a quote in it: leave it out';
  if (/^\s/.test(value)) return 'begins with a blank: leave it out';
  if (/\s$/.test(value)) return 'ends with a blank: leave it out';
  return undefined;
}

function readPayload(base64: string): z.infer<typeof Payload> {
  try {
    return Payload.parse(JSON.parse(Buffer.from(base64, 'base64').toString('utf8')));
  } catch {
    return {};
  }
}

/** The text reaches a terminal, and comes from a stranger. */
function clean(text: string): string {
  return text.replaceAll(/\p{C}/gu, '').slice(0, MAX_SHOWN);
}
