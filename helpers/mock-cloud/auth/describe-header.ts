import type { Credentials } from './credentials.ts';

/** Says what is wrong with the form of an `Authorization` header, without any secret; undefined if its form is right. */
export function describeHeader(header: string | undefined, { token, instanceIds }: Credentials): string | undefined {
  if (header === undefined || header.trim() === '') return 'no Authorization header was sent';
  const [, scheme = '', sent = ''] = /^(\w+) +(.*)$/s.exec(header.trim()) ?? [];
  if (/^bearer$/i.test(scheme)) return 'Bearer was sent instead of Basic';
  if (scheme === '') return 'the word Basic is missing in front of the login';
  if (!/^basic$/i.test(scheme)) return `the scheme is ${scheme.slice(0, 20)} instead of Basic`;
  if (sent.includes(':')) return 'instance ID and token were not encoded in base64';
  if (!/^[\w+/=-]+$/.test(sent)) return 'what follows Basic is not base64';
  return describeLogin(decode(sent), token, Object.values(instanceIds));
}

function describeLogin(login: string, token: string, ids: readonly string[]): string | undefined {
  const colon = login.indexOf(':');
  if (colon < 0) return describeWithoutColon(login, token);
  const [user, password] = [login.slice(0, colon), login.slice(colon + 1)];
  if (isToken(user, token)) return 'the token is in front of the colon, where the instance ID belongs';
  if (/[\r\n]/.test(login)) return 'the encoded login has a line end in it, as `echo` without -n adds one';
  if (user.trim() !== user || password.trim() !== password) return 'the encoded login has a blank in it';
  if (/^["']|["']$/.test(user) || /^["']|["']$/.test(password)) return 'the encoded login has quotes in it';
  if (user === '') return 'the instance ID is empty';
  if (password === '') return 'the token is empty';
  if (/^[$<]/.test(password)) return 'the token is a placeholder that nothing was put in for';
  if (ids.includes(password)) return 'an instance ID is behind the colon, where the token belongs';
  if (password.startsWith('glsa_')) return 'a service account token (glsa_…), which opens Grafana only';
  return undefined;
}

function describeWithoutColon(login: string, token: string): string {
  if (isToken(login.trim(), token)) return 'the token was sent without the instance ID';
  if (/^\d+\s*$/.test(login)) return 'the instance ID was sent without the token';
  if (/^basic /i.test(login)) return 'the word Basic was encoded as well';
  if (/^[\w+/=-]+\s*$/.test(login) && decode(login).includes(':')) return 'the login was encoded twice';
  if (/[^\x20-\x7e\s]/.test(login)) return 'what follows Basic is not base64';
  return 'there is no colon between instance ID and token';
}

function isToken(text: string, token: string): boolean {
  return text === token || /^glc_/.test(text);
}

function decode(text: string): string {
  return Buffer.from(text, 'base64').toString();
}
