/** Names in lower case with their values, of a response: in turn, as bytes or texts, or by name. */
export function responseHeaders(headers: unknown): [name: string, value: string | string[]][] {
  if (Array.isArray(headers)) {
    const pairs: [string, string][] = [];
    for (let index = 0; index + 1 < headers.length; index += 2) {
      pairs.push([String(headers[index]).toLowerCase(), String(headers[index + 1])]);
    }
    return pairs;
  }
  return Object.entries(headers ?? {}).map(([name, value]: [string, unknown]) => [
    name.toLowerCase(),
    Array.isArray(value) ? value.map(String) : String(value),
  ]);
}
