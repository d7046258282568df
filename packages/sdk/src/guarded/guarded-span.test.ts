import { reportOnce } from '@clew/diagnostics';
import { TracerProvider, type Span } from '@opentelemetry/sdk-trace';
import { beforeEach, expect, test, vi } from 'vitest';

import { guardSpan } from './guarded-span.ts';

vi.mock(import('@clew/diagnostics'), async (original) => ({
  ...(await original()),
  reportOnce: vi.fn<typeof reportOnce>(),
}));

beforeEach(() => void vi.mocked(reportOnce).mockClear());

const said = () => vi.mocked(reportOnce).mock.calls.map(([, message]) => message);
const startSpan = () => guardSpan(new TracerProvider().getTracer('app').startSpan('work') as Span);

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
