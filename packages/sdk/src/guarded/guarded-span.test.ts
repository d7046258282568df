import { reportOnce } from '@clew/diagnostics';
import { beforeEach, describe, expect, test, vi } from 'vitest';

import { GUARDED_PROVIDERS } from '../../test/guarded-providers.ts';

vi.mock(import('@clew/diagnostics'), async (original) => ({
  ...(await original()),
  reportOnce: vi.fn<typeof reportOnce>(),
}));

beforeEach(() => void vi.mocked(reportOnce).mockClear());

const said = () => vi.mocked(reportOnce).mock.calls.map(([, message]) => message);

describe.each(GUARDED_PROVIDERS)('%s', (_, create) => {
  const startSpan = () => create({}).getTracer('app').startSpan('work');

  test('calls after the end are said, with the name of the span', () => {
    const span = startSpan();
    span.end();

    span.setStatus({ code: 2 });
    span.end();

    expect(said()).toEqual([
      'setStatus() called on span "work" after its end; ignored',
      'end() called on span "work" after its end; ignored',
    ]);
  });

  test('nothing is said where Clew ended the span with the process', () => {
    const span = startSpan().setAttribute('clew.incomplete', true);
    span.end();

    span.setAttribute('late', 1);
    span.end();

    expect(said()).toEqual([]);
  });

  test('a method that was taken off its span does nothing, and says so', () => {
    const { end, setAttribute } = startSpan();

    setAttribute('a', 1);
    end.call({} as never);

    expect(said()).toEqual([
      'setAttribute() called detached from its span; ignored',
      'end() called detached from its span; ignored',
    ]);
  });

  test('a well-formed call says nothing', () => {
    startSpan().setAttribute('a', 1).addEvent('event', { b: 2 }).setStatus({ code: 1 }).end();

    expect(said()).toEqual([]);
  });

  test('a span behind a Proxy is the span', () => {
    const span = startSpan();
    const proxy = new Proxy(span, {});

    proxy.setAttribute('a', 1).updateName('by proxy').end();

    expect(span).toMatchObject({ name: 'by proxy', attributes: { a: 1 }, ended: true });
    expect(said()).toEqual([]);
  });

  test('a method that the application has put before ours is called by the others', () => {
    const span = startSpan();
    const { addEvent } = span;
    const names: string[] = [];
    span.addEvent = function (this: typeof span, name, ...rest) {
      names.push(name);
      return addEvent.call(this, name, ...rest);
    };

    span.recordException(new Error('failed'));
    span.end();

    expect(names).toEqual(['exception']);
    expect(span).toMatchObject({ events: [{ name: 'exception' }] });
  });
});
