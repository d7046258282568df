const LOCAL_NAMES = new Set(['localhost', '127.0.0.1', '::1']);

/** Tells the names of loopback, without the brackets that a URL has around an address of IPv6. */
export function isLocalName(host: string): boolean {
  return LOCAL_NAMES.has(host);
}
