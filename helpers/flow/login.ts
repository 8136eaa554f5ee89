/** What an exporter or remote write logs in with, as Alloy has evaluated it. */
import { findSetting, readPairs, readText, type Setting } from '../clients/alloy-graph.ts';
import type { Place } from '../findings/place.ts';
import type { Component, Flow } from './flow.ts';
import { locate } from './place.ts';

/** A login, and the setting that it is written at: for `none` the component that lacks one. */
export type Login =
  /** `user` is absent where Alloy does not report it. */
  | {
      readonly kind: 'basic';
      readonly user?: string;
      readonly place: Place;
      readonly password: Place;
      /** Whether a header is written that is a login too. */
      readonly hasHeader?: true;
    }
  /** A token, a header, a signature: what is sent is not known. */
  | { readonly kind: 'other'; readonly place: Place }
  | { readonly kind: 'none'; readonly place: Place };

/** Other logins that an endpoint can have, by the names of their settings. */
const OTHER = ['bearer_token', 'bearer_token_file', 'authorization', 'oauth2', 'sigv4', 'azuread', 'google_iam'];

const LOGINS = ['basic_auth', ...OTHER];

/** The login of an OTLP exporter: that of the `otelcol.auth.*` which it uses, or a header. */
export function readExporterLogin(flow: Flow, exporter: Component): Login {
  const auth = flow.components.find(
    ({ name, feeds }) => name.startsWith('otelcol.auth.') && feeds.includes(exporter.id),
  );
  if (auth?.name === 'otelcol.auth.basic') {
    // Newer versions have it in a block as well.
    const path = findSetting(auth.settings, 'client_auth') === undefined ? ['username'] : ['client_auth', 'username'];
    return { ...describeBasic(flow, auth, path), ...(hasLoginHeader(exporter.settings) && { hasHeader: true }) };
  }
  if (auth !== undefined) return { kind: 'other', place: locate(flow, auth) };
  const headers = readPairs(findSetting(exporter.settings, 'client', 'headers')?.value);
  if (Object.keys(headers).some((name) => name.toLowerCase() === 'authorization')) {
    return { kind: 'other', place: locate(flow, exporter, 'client', 'headers') };
  }
  const { settings } = exporter;
  const isOpen = settings !== undefined && readText(settings, 'client', 'endpoint')?.includes('@') !== true;
  return { kind: isOpen ? 'none' : 'other', place: locate(flow, exporter) };
}

/** The login of a `prometheus.remote_write`: of several endpoints, that of the one which lacks a login, or else of the first. */
export function readWriteLogin(flow: Flow, write: Component): Login {
  const endpoints = (write.settings ?? []).filter(({ name }) => name === 'endpoint');
  const open = endpoints.find((one) => !LOGINS.some((name) => findSetting(one.body, name) !== undefined));
  const { body: endpoint } = (endpoints.length > 1 ? open : undefined) ?? endpoints[0] ?? {};
  if (findSetting(endpoint, 'basic_auth') !== undefined) {
    const path = ['endpoint', 'basic_auth', 'username'];
    return { ...describeBasic(flow, write, path), ...(hasLoginHeader(endpoint) && { hasHeader: true }) };
  }
  const other = OTHER.find((name) => findSetting(endpoint, name) !== undefined);
  if (other !== undefined) return { kind: 'other', place: locate(flow, write, 'endpoint', other) };
  const isOpen = endpoint !== undefined && readText(endpoint, 'url')?.includes('@') !== true;
  return { kind: isOpen ? 'none' : 'other', place: locate(flow, write) };
}

/** Whether a header `Authorization` is set, at any depth. */
function hasLoginHeader(settings: readonly Setting[] = []): boolean {
  return settings.some(({ name, value, body }) =>
    /^(?:http_)?headers$/.test(name) ? /"authorization"/i.test(JSON.stringify(value ?? '')) : hasLoginHeader(body),
  );
}

function describeBasic(flow: Flow, component: Component, path: readonly string[]): Extract<Login, { kind: 'basic' }> {
  const password = [...path.slice(0, -1), 'password'];
  return {
    kind: 'basic',
    ...readUser(component, path),
    place: locate(flow, component, ...path),
    password: locate(flow, component, ...password),
  };
}

/** What is left out has its default: an empty text. */
function readUser({ settings }: Component, path: readonly string[]): { readonly user?: string } {
  return settings === undefined ? {} : { user: readText(settings, ...path) ?? '' };
}
