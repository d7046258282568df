import { expect, test } from 'vitest';

import { createTraceparent } from './create-traceparent.ts';
import { responseHeadersFor } from './response-headers.ts';
import { formatTraceparent, parseTraceparent } from './traceparent.ts';

test('a caller reads the trace of its request in the response', () => {
  const traceparent = createTraceparent();

  const { traceresponse } = responseHeadersFor({ traceparent });

  expect(parseTraceparent(traceresponse)).toEqual(traceparent);
});

// https://www.w3.org/TR/server-timing/#the-server-timing-header-field: a metric's name, and its description quoted
test('the server-timing header has the traceparent as the description of a metric', () => {
  const traceparent = createTraceparent();

  const header = responseHeadersFor({ traceparent })['server-timing'];

  expect(header).toBe(`traceparent;desc="${formatTraceparent(traceparent)}"`);
});

test('both are headers that can be sent', () => {
  const headers = new Headers({ ...responseHeadersFor({ traceparent: createTraceparent() }) });

  expect([...headers.keys()]).toEqual(['server-timing', 'traceresponse']);
});
