/**
 * A host in the one spelling in which hosts are compared: lower case, an IPv6 address without brackets and in its
 * shortest form.
 */
export function hostName(host: string): string {
  const lower = host.toLowerCase();
  const address = lower.startsWith('[') && lower.endsWith(']') ? lower.slice(1, -1) : lower;
  if (!isIPv6(address)) return lower;
  return URL.parse(`http://[${address}]`)?.hostname.slice(1, -1) ?? address; // a zone such as %eth0 is in no URL
}

/** `node:net` is loaded for what may be one: it takes a while, and not every process that starts uses the network. */
function isIPv6(text: string): boolean {
  return text.indexOf(':') !== text.lastIndexOf(':') && process.getBuiltinModule('node:net').isIPv6(text);
}
