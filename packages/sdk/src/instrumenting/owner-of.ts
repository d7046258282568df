const NODE_MODULES = '/node_modules/';

/**
 * The package or builtin that a resolved module belongs to: `http` for `node:http`, the name after the last
 * `node_modules` for a file; `undefined` for the application's own files.
 */
export function ownerOf(url: string): string | undefined {
  if (url.startsWith('node:')) return url.slice('node:'.length);
  const at = url.lastIndexOf(NODE_MODULES);
  if (at < 0) return undefined;
  const start = at + NODE_MODULES.length;
  let end = url.indexOf('/', start);
  if (url[start] === '@' && end >= 0) end = url.indexOf('/', end + 1);
  return end < 0 ? undefined : url.slice(start, end);
}
