'use strict';
// Charges cards: CommonJS on plain node:http, with one business span made with the plain OpenTelemetry API.
const { createServer } = require('node:http');
const { json } = require('node:stream/consumers');

const { SpanStatusCode, trace } = require('@opentelemetry/api');
const pino = require('pino');

const DECLINED = '4000 0000 0000 0002';

const log = pino({ name: 'payments', level: 'debug' });
const tracer = trace.getTracer('checkout');

const server = createServer((request, response) => {
  json(request)
    .then(({ card, cents }) => charge(card, cents))
    .then(
      () => response.end(),
      () => response.writeHead(402).end(),
    );
});

function charge(card, cents) {
  return tracer.startActiveSpan('charge card', { attributes: { 'charge.cents': cents } }, (span) => {
    try {
      log.debug({ cents, last: card.slice(-4) }, 'asking the bank');
      if (card === DECLINED) throw new Error('card declined');
      log.info({ cents }, 'card charged');
    } catch (error) {
      log.error({ cents, err: error }, 'charge failed');
      span.recordException(error);
      span.setStatus({ code: SpanStatusCode.ERROR, message: error.message });
      throw error;
    } finally {
      span.end();
    }
  });
}

server.listen(0, '127.0.0.1', () => {
  process.send?.({ url: `http://127.0.0.1:${server.address().port}` });
});
