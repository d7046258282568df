import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { inspect } from 'node:util';

import { recordSpans, runApp } from '@clew/testing';
import { SpanStatusCode } from '@opentelemetry/api';
import { expect, test } from 'vitest';

import { placeOrder } from '../../examples/place-order/place-order.ts';
import { masked } from '../demo/masked.ts';
import { printedIn } from '../demo/printed-in.ts';
import { runProgram } from '../demo/run-program.ts';

const FOLDER = new URL('../../examples/place-order/', import.meta.url);
const CLEW = join(dirname(createRequire(import.meta.url).resolve('@clew/cli/package.json')), 'bin', 'clew.js');
const ORDER = { customer: 'grace', country: 'NL', card: '4242 4242 4242 4242' };

test('a placed order is a tree of its steps, and a declined one shows where it failed', async () => {
  await using app = await runApp({ args: ['app.ts'], cwd: FOLDER });

  const exit = await app.exited;

  expect(exit).toEqual({ code: 0, signal: null });
  expect(app.tree()).toBe(
    `
order.place
  order.validate
  order.price
    catalogue.priceOf
    catalogue.priceOf
  tax.rate
    GET
      GET
  payment.charge
    customer.confirm
order.place !card declined
  order.validate
  order.price
    catalogue.priceOf
    catalogue.priceOf
  tax.rate
    GET
      GET
  payment.charge !card declined
    customer.confirm`.trimStart(),
  );
});

test('the spans carry what is known of the order, and the number of no card', async () => {
  await using app = await runApp({ args: ['app.ts'], cwd: FOLDER });

  await app.exited;

  const attributesOf = (name: string) => app.spans().find((span) => span.name === name)?.attributes;
  expect(attributesOf('order.place')).toEqual({ 'user.tier': 'gold', 'order.lines': 2, 'order.cents': 5663 });
  expect(attributesOf('tax.rate')).toEqual({ 'tax.country': 'NL' });
  expect(attributesOf('payment.charge')).toEqual({ 'card.last_digits': '4242', 'payment.cents': 5663 });
  expect(inspect(app.spans(), { depth: null })).not.toContain('4242 4242');
});

test.each([
  ['nothing in it', { ...ORDER, lines: [] }, 'order.validate', 'not an order'],
  ['an unknown article', { ...ORDER, lines: [{ sku: 'minotaur', quantity: 1 }] }, 'catalogue.priceOf', 'no minotaur'],
])('an order with %s fails before anybody is asked for money', async (_what, order, failed, message) => {
  using recorded = recordSpans();

  const placing = placeOrder(order, 'http://127.0.0.1:1');

  await expect(placing).rejects.toThrow(message);
  expect(recorded.named(failed).status).toEqual({
    code: SpanStatusCode.ERROR,
    message: expect.stringContaining(message),
  });
  expect(recorded.spans.map(({ name }) => name)).not.toContain('payment.charge');
});

test('without an SDK the same orders are placed', async () => {
  await using app = await runApp({ args: ['app.ts'], cwd: FOLDER, preload: false });

  const exit = await app.exited;

  expect(exit).toEqual({ code: 0, signal: null });
  expect({ stdout: app.stdout, stderr: app.stderr, spans: app.spans() }).toEqual({
    stdout: printedIn('place-order')[0],
    stderr: '',
    spans: [],
  });
});

test('the command of the README prints what it says', async () => {
  const [stdoutInReadme = '', stderrInReadme = ''] = printedIn('place-order');
  await using clew = runProgram('place-order', [CLEW, 'run', '--port', '0', '--show', 'all', '--', 'node', 'app.ts']);

  const { code, stderr } = await clew.ended;

  expect(code).toBe(0);
  expect(clew.lines.join('\n')).toBe(stdoutInReadme.trim());
  expect(masked(stderr)).toBe(masked(stderrInReadme));
});
