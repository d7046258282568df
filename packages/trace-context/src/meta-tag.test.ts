import { expect, test } from 'vitest';

import { createTraceparent } from './create-traceparent.ts';
import { metaTagFor } from './meta-tag.ts';
import { parseTraceparent } from './traceparent.ts';

test('a page reads the trace it was made in from its meta element', () => {
  const traceparent = createTraceparent();

  const element = metaTagFor({ traceparent });

  const [, name, content] = /^<meta name="([^"]*)" content="([^"]*)">$/.exec(element) ?? [];
  expect(name).toBe('traceparent');
  expect(parseTraceparent(content)).toEqual(traceparent);
});
