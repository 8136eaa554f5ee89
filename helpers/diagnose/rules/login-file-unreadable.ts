import { locate } from '../../flow/place.ts';
import { readFailedWrite } from '../failed-write.ts';
import { createRule } from '../rule.ts';

/** Where a remote write may name a file with what it logs in with. */
const FILES = [
  ['basic_auth', 'password_file'],
  ['authorization', 'credentials_file'],
  ['bearer_token_file'],
  ['oauth2', 'client_secret_file'],
] as const;

/**
 * Remote write can't read the file with its password or token, so that it sends nothing, and keeps trying.
 *
 * `prometheus.remote_write.x can't read password_file = "/etc/alloy/token" (config.alloy:155): no such file or directory`
 */
export const loginFileUnreadable = createRule('login file unreadable', (symptoms) => {
  const failed = readFailedWrite(symptoms);
  const [, file, reason] = UNREADABLE.exec(failed?.error?.reason ?? '') ?? [];
  if (failed === undefined || file === undefined || reason === undefined) return undefined;
  const places = FILES.map((path) => locate(failed.flow, failed.component, 'endpoint', ...path));
  const place = places.find(({ value }) => value === file) ?? places.find(({ expression }) => expression !== undefined);
  return { file, reason, place: place ?? locate(failed.flow, failed.component) };
});

/** What Prometheus's HTTP client says (prometheus/common, config/http_config.go). */
const UNREADABLE = /unable to read [^:]+: unable to read file ([^:]+): (?:open|read) [^:]+: (.*)$/;
