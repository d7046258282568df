import { expect, test } from 'vitest';

import { parseTextFormat } from './text-format.ts';

test('reads messages, numbers, names and escaped bytes', () => {
  const text = String.raw`spans {
  name: "a \"b\" \\ \303\245\n"
  kind: SPAN_KIND_SERVER
  attributes {
    value {
      double_value: -1.5e-10
    }
  }
  attributes {
  }
}
`;

  const message = parseTextFormat(text);

  expect(message).toEqual({
    spans: [
      {
        name: [Buffer.from('a "b" \\ å\n')],
        kind: ['SPAN_KIND_SERVER'],
        attributes: [{ value: [{ double_value: ['-1.5e-10'] }] }, {}],
      },
    ],
  });
});

test.each(['spans {', '}', 'name "x"', 'name: "x'])('refuses %j', (text) => {
  expect(() => parseTextFormat(text)).toThrow(SyntaxError);
});
