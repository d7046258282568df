import { SpanStatusCode, type Span } from '@opentelemetry/api';
import { TracerProvider, type ReadableSpan, type SpanProcessor } from '@opentelemetry/sdk-trace';
import { expect, test } from 'vitest';

import { DEFAULTS } from '../options/options.ts';
import { spanObserver } from '../otel/span-observer.ts';
import { redactSpans } from './redact-spans.ts';
import { createRedactor, type Redactor } from './redactor.ts';

const SECRET = 's3cret';
const URL_WITH_SECRET = `https://x.com/?token=${SECRET}`;

/** The ended spans that a processor is given which stands before the redaction, as those of the user do. */
function endedSpans(use: (startSpan: (name: string) => Span) => void, redactor: Redactor, own: SpanProcessor[] = []) {
  const ended: ReadableSpan[] = [];
  const keeper = spanObserver({ onEnd: (span) => void ended.push(span) });
  const spanProcessors = [...own, keeper, redactSpans(redactor)];
  const tracer = new TracerProvider({ spanProcessors }).getTracer('test');
  use((name) => tracer.startSpan(name));
  return ended.toReversed();
}

test('everything that a span says is redacted: name, attributes, events, links and status', () => {
  const [span] = endedSpans((startSpan) => {
    const linked = startSpan('linked');
    startSpan(`GET ${URL_WITH_SECRET}`)
      .setAttributes({ 'url.full': URL_WITH_SECRET, list: [URL_WITH_SECRET, 'b'], 'http.route': '/:id', n: 1 })
      .addEvent(`asked ${URL_WITH_SECRET}`, { url: URL_WITH_SECRET })
      .addLink({ context: linked.spanContext(), attributes: { url: URL_WITH_SECRET } })
      .setStatus({ code: SpanStatusCode.ERROR, message: `${URL_WITH_SECRET} failed` })
      .end();
  }, createRedactor(DEFAULTS.redact));

  const url = 'https://x.com/?token=REDACTED';
  expect(span).toMatchObject({
    name: `GET ${url}`,
    attributes: { 'url.full': url, list: [url, 'b'], 'http.route': '/:id', n: 1 },
    events: [{ name: `asked ${url}`, attributes: { url } }],
    links: [{ attributes: { url } }],
    status: { code: SpanStatusCode.ERROR, message: `${url} failed` },
  });
});

test('an exception is redacted, message and stack, and the error stays as it is', () => {
  const error = new Error(`cannot reach ${URL_WITH_SECRET}`);

  const [span] = endedSpans((startSpan) => {
    const span = startSpan('work');
    span.recordException(error);
    span.end();
  }, createRedactor(DEFAULTS.redact));

  expect(JSON.stringify(span?.events)).not.toContain(SECRET);
  expect(span?.events[0]?.attributes?.['exception.message']).toBe('cannot reach https://x.com/?token=REDACTED');
  expect(span?.events[0]?.attributes?.['exception.stacktrace']).toContain('redact-spans.test.ts:');
  expect(error.message).toContain(SECRET);
});

test('what a processor writes on a span that ends is redacted, too', () => {
  const enricher = { ...spanObserver({}), onEnding: (span: Span) => void span.setAttribute('url', URL_WITH_SECRET) };

  const [span] = endedSpans((startSpan) => startSpan('work').end(), createRedactor(DEFAULTS.redact), [enricher]);

  expect(span?.attributes).toEqual({ url: 'https://x.com/?token=REDACTED' });
});

test('the objects of the application stay as they are', () => {
  const attributes = { urls: [URL_WITH_SECRET], 'app.password': SECRET };

  endedSpans((startSpan) => startSpan('work').setAttributes(attributes).end(), createRedactor(DEFAULTS.redact));

  expect(attributes).toEqual({ urls: [URL_WITH_SECRET], 'app.password': SECRET });
});

test('a span that cannot be redacted is sent empty, and its end throws nothing', () => {
  const broken: Redactor = {
    ...createRedactor(DEFAULTS.redact),
    value() {
      throw new Error('broken');
    },
  };

  const [span] = endedSpans((startSpan) => {
    startSpan(`GET ${URL_WITH_SECRET}`).setAttribute('url', URL_WITH_SECRET).addEvent(SECRET).end();
  }, broken);

  expect(span).toMatchObject({ name: 'REDACTED', attributes: {}, events: [], ended: true });
});
