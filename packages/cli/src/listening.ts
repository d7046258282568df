import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';

import { isLocalName } from './is-local-name.ts';

/** Where a viewer listens, and what one needs to know to be answered. */
export interface Listening {
  readonly host?: string;
  /** Needed of everybody who asks. */
  readonly token?: string;
}

const ALL_ADDRESSES = new Set(['0.0.0.0', '::']);
const TOKEN_BYTES = 18;

/** Reads the options; a host that others can reach gets a token even if none is given. */
export function listeningOf({ host, token }: Listening): Listening {
  const isShared = host !== undefined && !isLocalName(host);
  const needed = token ?? (isShared ? randomBytes(TOKEN_BYTES).toString('base64url') : undefined);
  return { ...(host !== undefined && { host }), ...(needed !== undefined && { token: needed }) };
}

/** Address of the page for a browser, with the token in it. */
export function pageUrl(viewerUrl: string, { host, token }: Listening): string {
  const url = reachableUrl(viewerUrl, host);
  return token === undefined ? url : `${url}/?token=${encodeURIComponent(token)}`;
}

/** Variables by which an OpenTelemetry SDK sends there. */
export function senderVariables(viewerUrl: string, { host, token }: Listening): string {
  const endpoint = `OTEL_EXPORTER_OTLP_ENDPOINT=${reachableUrl(viewerUrl, host)}`;
  if (token === undefined) return endpoint;
  return `${endpoint} OTEL_EXPORTER_OTLP_HEADERS=authorization=${encodeURIComponent(`Bearer ${token}`)}`;
}

/** Nobody can ask for all addresses at once: the name of this machine stands for them. */
function reachableUrl(viewerUrl: string, host: string | undefined): string {
  if (host === undefined || !ALL_ADDRESSES.has(host)) return viewerUrl;
  return `http://${hostname()}:${new URL(viewerUrl).port}`;
}
