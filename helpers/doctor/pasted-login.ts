import { describeToken } from '../settings/token.ts';

/** A login as it was pasted; it holds the secret. */
export type PastedLogin = {
  /** `plain` is the ID and token as `curl -u` takes them, which the client encodes itself; `url` has them before its host. */
  readonly form: 'header' | 'plain' | 'url';
  /** `Basic` or another scheme of HTTP, as it was written; empty where there is none. */
  readonly scheme: string;
  /** Decoded. */
  readonly login: string;
  /** How often it is base64-encoded in the header that is sent. */
  readonly layers: number;
  /** Whether the encoded login has a line end or a blank in it. */
  readonly isBroken: boolean;
  /** Percent signs where nobody decodes them. */
  readonly strayPercent?: '%20' | '%3D';
};

/** A login that was pasted as ID and token. */
export function plainLogin(login: string, form: 'plain' | 'url' = 'plain'): PastedLogin {
  return { form, scheme: 'Basic', login, layers: 1, isBroken: false };
}

/** Whether a variable, an expression or a placeholder stands for a login or a part of it. */
export function isReference(login: string): boolean {
  return /\$|^[{<"'`]|(?:^|:)(?:[\w.]+\(|(?:argument|local|remote|sys)\.)/.test(login);
}

/** Whether it can be told from any other text that this is meant for Grafana Cloud. */
export function isInstanceLogin(login: string): boolean {
  const parts = [login, login.slice(login.indexOf(':') + 1)];
  return /^\d+:/.test(login) || parts.some((part) => describeToken(part).kind !== 'unknown');
}
