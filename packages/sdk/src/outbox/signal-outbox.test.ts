import { resourceFromAttributes } from '@opentelemetry/resources';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import { describe, expect, test } from 'vitest';

import { openSignal, requestOf } from '../../test/open-signal.ts';
import { spanWith } from '../../test/span-with.ts';
import type { SignalOutbox } from './signal-outbox.ts';
import { jsonSpanFormat } from './encoding/json-span-format.ts';
import { spanFormat } from './encoding/span-format.ts';

const FORMATS = [
  ['http/protobuf', spanFormat],
  ['http/json', jsonSpanFormat],
] as const;

describe.each(FORMATS)('over %s a span costs no other one', (_, createFormat) => {
  const format = createFormat();

  test('when a value of it throws', () => {
    const outbox = openSignal(format);

    for (const span of [named('one'), throwing(), named('other')]) outbox.add(span);

    expect(outbox.account).toMatchObject({ recorded: 3, dropped: { 'cannot be encoded': 1 } });
    expect(namesIn(outbox)).toEqual(['one', 'other']);
  });

  test.each([
    { what: 'it', large: spanWith({ attributes: { text: 'x'.repeat(5_000_000) } }) },
    { what: 'its scope', large: spanWith({ instrumentationScope: { name: 'x'.repeat(5_000_000) } }) },
  ])('when $what is too large', ({ large }) => {
    const outbox = openSignal(format);

    for (const span of [named('one'), large, named('other')]) outbox.add(span);

    expect(outbox.account).toMatchObject({ recorded: 3, dropped: { 'too large': 1 } });
    expect(namesIn(outbox)).toEqual(['one', 'other']);
  });

  test('when its scope cannot be encoded', () => {
    const outbox = openSignal(format);
    const scopeless = spanWith({ instrumentationScope: undefined as never });

    for (const span of [named('one'), scopeless, named('other')]) outbox.add(span);

    expect(outbox.account).toMatchObject({ recorded: 3, dropped: { 'cannot be encoded': 1 } });
    expect(namesIn(outbox)).toEqual(['one', 'other']);
  });

  test('when a value of it records one, which records one', () => {
    const outbox = openSignal(format);
    const inner = recording(outbox, 'inner', named('innermost'));

    outbox.add(recording(outbox, 'outer', inner));

    expect(outbox.account).toMatchObject({ recorded: 3, dropped: {} });
    expect(namesIn(outbox)).toEqual(['innermost', 'inner', 'outer']);
  });

  test('when its scope records one', () => {
    const outbox = openSignal(format);
    const attributes = Object.defineProperty({}, 'name', { get: () => outbox.add(named('inner')), enumerable: true });

    outbox.add(spanWith({ name: 'outer', instrumentationScope: { name: 'shop', attributes } as never }));

    expect(namesIn(outbox)).toEqual(['inner', 'outer']);
  });
});

test('a span that is recorded while another is encoded is whole, as is the other', () => {
  const outbox = openSignal(spanFormat());
  const inner = spanWith({ name: 'inner', attributes: { text: 'i'.repeat(100) } });

  outbox.add(recording(outbox, 'outer', inner));

  const after = openSignal(spanFormat());
  for (const span of [inner, spanWith({ name: 'outer', attributes: { value: 'recorded' } })]) after.add(span);
  expect(requestOf(outbox).toString('hex')).toBe(requestOf(after).toString('hex'));
});

test('what waits for the resource has it when it is sent', async () => {
  const resource = resourceFromAttributes({ host: Promise.resolve('here') });
  const outbox = openSignal(jsonSpanFormat(), { resource });
  outbox.add(named('early'));

  await resource.waitForAsyncAttributes?.();

  expect(JSON.parse(requestOf(outbox).toString())).toMatchObject({
    resourceSpans: [{ resource: { attributes: [{ key: 'host', value: { stringValue: 'here' } }] } }],
  });
});

test('what is sent before the resource is complete has what is known of it', () => {
  const resource = resourceFromAttributes({ host: new Promise(() => {}), name: 'shop' });
  const outbox = openSignal(jsonSpanFormat(), { resource });
  outbox.add(named('early'));

  const request = requestOf(outbox).toString();

  expect(JSON.parse(request)).toMatchObject({ resourceSpans: [{ resource: { attributes: [{ key: 'name' }] } }] });
});

const named = (name: string): ReadableSpan => spanWith({ name });

/** A span that records another one when its attributes are read: `{ value: 'recorded' }`. */
function recording(outbox: SignalOutbox<ReadableSpan>, name: string, inner: ReadableSpan): ReadableSpan {
  const get = () => {
    outbox.add(inner);
    return 'recorded';
  };
  return spanWith({ name, attributes: Object.defineProperty({}, 'value', { get, enumerable: true }) });
}

function throwing(): ReadableSpan {
  const get = () => {
    throw new Error('no price');
  };
  return spanWith({ attributes: Object.defineProperty({}, 'price', { get, enumerable: true }) });
}

/** The names of the spans in the request, in their order. A name has no character that is not a letter. */
function namesIn(outbox: SignalOutbox<ReadableSpan>): string[] {
  return (
    requestOf(outbox)
      .toString('latin1')
      .match(/innermost|inner|outer|other|one/g) ?? []
  );
}
