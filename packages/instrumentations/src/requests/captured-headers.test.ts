import { expect, test } from 'vitest';

import { captureHeaders, capturedHeaders } from './captured-headers.ts';

test.each([[undefined], [{}], [{ requestHeaders: [], responseHeaders: [] }]])(
  'with %j nothing is captured',
  (names) => {
    expect(capturedHeaders(names)).toBeUndefined();
  },
);

test('a header is asked for once, by its name in lower case, and is a list of texts', () => {
  const { request, response } = capturedHeaders({ requestHeaders: ['X-A', 'x-a', 'X-None', 'Age', 'Set-Cookie'] })!;
  const asked: string[] = [];
  const values: Record<string, number | string | string[]> = { 'x-a': 'a, b', age: 7, 'set-cookie': ['c=1', 'd=2'] };

  const attributes = captureHeaders(request, (name) => {
    asked.push(name);
    return values[name];
  });

  expect(asked).toEqual(['x-a', 'x-none', 'age', 'set-cookie']);
  expect(attributes).toEqual({
    'http.request.header.x-a': ['a, b'],
    'http.request.header.age': ['7'],
    'http.request.header.set-cookie': ['c=1', 'd=2'],
  });
  expect(response).toEqual([]);
});
