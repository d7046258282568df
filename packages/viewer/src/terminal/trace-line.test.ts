import { stripVTControlCharacters } from 'node:util';

import { expect, test } from 'vitest';

import { planSpan, planTrace } from '../../test/build-trace.ts';
import { displayWidth } from './printable.ts';
import { traceLine } from './trace-line.ts';

test('a trace is one line with its root, status, duration, spans and who took part', () => {
  const trace = planTrace([
    planSpan('SELECT orders', {
      parent: 'root',
      at: 1,
      kind: 'client',
      attributes: { 'db.system.name': 'postgresql' },
    }),
    planSpan('send mail', { parent: 'root', at: 2, kind: 'producer', attributes: { 'messaging.system': 'kafka' } }),
    planSpan('GET /orders/:id', {
      id: 'root',
      took: 21.8,
      kind: 'server',
      attributes: { 'http.response.status_code': 200 },
    }),
    planSpan('process mail', {
      parent: 'send mail',
      at: 9,
      kind: 'consumer',
      service: 'mailer',
      attributes: { 'messaging.system': 'kafka' },
    }),
  ]);

  expect(traceLine(trace, { columns: 120 })).toBe(
    '● GET /orders/:id               200   21.8ms   4 spans  orders-api → mailer, postgresql, kafka  94a4c0de',
  );
});

test('a trace with an error anywhere is marked', () => {
  const trace = planTrace([
    planSpan('job', { id: 'root', took: 1500 }),
    planSpan('step', { parent: 'root', failed: 'no' }),
  ]);

  expect(traceLine(trace)).toBe('✖ job                                  1.50s   2 spans  orders-api  94a4c0de');
});

test('a trace without its root says so and takes the time of what came', () => {
  const trace = planTrace([
    planSpan('step', { parent: 'missing', at: 5, took: 10 }),
    planSpan('step', { id: 'b', parent: 'missing', at: 20, took: 10 }),
  ]);

  expect(traceLine(trace)).toBe('● (root not received)                 25.0ms   2 spans  orders-api  94a4c0de');
});

test('a long name is whole where there is room', () => {
  const trace = planTrace([planSpan('GET /customers/:customer/orders/:order', { took: 20 })]);

  expect(traceLine(trace, { columns: 100 })).toBe(
    '● GET /customers/:customer/orders/:order        20.0ms    1 span  orders-api  94a4c0de',
  );
  expect(traceLine(trace, { columns: 80 })).toBe(
    '● GET /customers/:customer/orders…        20.0ms    1 span  orders-api  94a4c0de',
  );
});

test('a line is never wider than its columns', () => {
  const trace = planTrace([planSpan('日本語'.repeat(40), { service: 's'.repeat(200) })]);

  expect(displayWidth(traceLine(trace, { columns: 80 }))).toBe(80);
});

test('names from outside cannot steer the terminal, and colours change nothing but colours', () => {
  const trace = planTrace([planSpan('\u001B[2Ja\nb', { service: '\u001B]0;x\u0007s', failed: 'no' })]);

  expect(traceLine(trace)).toBe(stripVTControlCharacters(traceLine(trace, { colors: true })));
  expect(traceLine(trace)).toContain('✖ a b ');
  expect(traceLine(trace)).not.toMatch(/\p{Cc}/u);
});
