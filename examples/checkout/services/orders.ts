// Takes orders: Hono, ES modules, TypeScript run natively. Its only tracing code is where the order's mail is queued.
import { serve } from '@hono/node-server';
import { Hono } from 'hono';
import { Pool } from 'pg';
import { PgBoss } from 'pg-boss';
import { pino } from 'pino';

import { queueMail } from './mail-queue.ts';

interface NewOrder {
  readonly customer: string;
  readonly country: string;
  readonly card: string;
  readonly lines: readonly { readonly sku: string; readonly quantity: number }[];
}

const { DATABASE_URL: connectionString = '', TAX_URL: taxUrl, PAYMENTS_URL: paymentsUrl } = process.env;

const log = pino({ name: 'orders', level: 'debug' });
const database = new Pool({ connectionString });
const boss = new PgBoss({ connectionString, migrate: false, supervise: false, schedule: false });
const app = new Hono();

boss.on('error', (error) => log.error(error));

app.post('/orders', async (c) => {
  const order = await c.req.json<NewOrder>();
  const net = await priceOf(order.lines);
  log.debug({ net, lines: order.lines.length }, 'order priced');
  const total = Math.round(net * (1 + (await taxRate(order.country))));

  const charge = await postJson(`${paymentsUrl}/charge`, { card: order.card, cents: total });
  if (!charge.ok) {
    log.warn({ customer: order.customer, status: charge.status }, 'order not paid');
    return c.json({ error: 'the card was declined' }, 402);
  }

  const id = await save(order, total);
  log.info({ order: id, cents: total }, 'order placed');
  return c.json({ order: id, cents: total }, 201);
});

/** One query for the orders and one more for each of them: the N+1 that the demo shows. */
app.get('/customers/:customer/orders', async (c) => {
  const { rows: orders } = await database.query<{ id: number; cents: number }>(
    'SELECT id, cents FROM orders WHERE customer = $1 ORDER BY id',
    [c.req.param('customer')],
  );
  const answer = [];
  for (const order of orders) {
    const { rows: lines } = await database.query('SELECT sku, quantity FROM order_lines WHERE order_id = $1', [
      order.id,
    ]);
    answer.push({ ...order, lines });
  }
  log.info({ orders: answer.length }, 'orders listed');
  return c.json(answer);
});

async function priceOf(lines: NewOrder['lines']): Promise<number> {
  const { rows } = await database.query<{ sku: string; cents: number }>(
    'SELECT sku, cents FROM products WHERE sku = ANY($1)',
    [lines.map(({ sku }) => sku)],
  );
  const prices = new Map(rows.map(({ sku, cents }) => [sku, cents]));
  return lines.reduce((sum, { sku, quantity }) => sum + quantity * (prices.get(sku) ?? 0), 0);
}

async function taxRate(country: string): Promise<number> {
  const startedAt = performance.now();
  const answer = await fetch(`${taxUrl}/rates/${country}`);
  const { rate } = (await answer.json()) as { rate: number };
  const millis = Math.round(performance.now() - startedAt);
  log[millis > 1000 ? 'warn' : 'info']({ country, millis }, 'tax rate fetched');
  return rate;
}

/** The order and its mail are written in one transaction: neither exists without the other. */
async function save(order: NewOrder, cents: number): Promise<number> {
  const client = await database.connect();
  try {
    await client.query('BEGIN');
    const { rows } = await client.query<{ id: number }>(
      'INSERT INTO orders (customer, country, cents) VALUES ($1, $2, $3) RETURNING id',
      [order.customer, order.country, cents],
    );
    const id = rows[0]?.id ?? 0;
    await client.query(
      'INSERT INTO order_lines (order_id, sku, quantity) SELECT $1, sku, quantity FROM json_populate_recordset(NULL::order_lines, $2)',
      [id, JSON.stringify(order.lines)],
    );
    await queueMail(boss, { order: id }, { executeSql: (text, values) => client.query(text, values) });
    await client.query('COMMIT');
    return id;
  } catch (error) {
    await client.query('ROLLBACK');
    throw error;
  } finally {
    client.release();
  }
}

function postJson(url: string, body: unknown): Promise<Response> {
  return fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
}

await boss.start();
serve({ fetch: app.fetch, hostname: '127.0.0.1', port: 0 }, ({ port }) => {
  process.send?.({ url: `http://127.0.0.1:${port}` });
});
