import { createRequire } from 'node:module';
import { DatabaseSync } from 'node:sqlite';

import { recordSpans, type RecordedSpans } from '@clew/testing';
import knex, { type Knex } from 'knex';
import { afterEach, beforeEach, expect, test } from 'vitest';

import { span } from './span.ts';
import { traced } from './traced.ts';

let recorded: RecordedSpans;
let database: Knex;
let queries: string[];

beforeEach(async () => {
  queries = [];
  database = openDatabase();
  await database.schema.createTable('orders', (table) => void table.increments('id'));
  await database('orders').insert([{ id: 1 }, { id: 2 }]);
  database.on('query', ({ sql }: { sql: string }) => {
    queries.push(sql);
    span('database', () => {});
  });
  recorded = recordSpans();
});

afterEach(async () => {
  recorded[Symbol.dispose]();
  await database.destroy();
});

test('a knex query that nobody awaits is not run', async () => {
  const find = traced('orders.find', () => database('orders'));

  const query = find();
  await new Promise((resolve) => setImmediate(resolve));

  expect(query.toQuery()).toBe('select * from `orders`');
  expect(queries).toEqual([]);
});

test('a knex query is built on after it was returned, and its span ends when it has run', async () => {
  const find = traced('orders.find', () => database('orders').select('id'));

  const query = find();
  const refined = query.where('id', '>', 1);
  expect(refined).toBe(query);
  expect(recorded.tree()).toBe('orders.find (open)');
  const rows = await refined;

  expect(rows).toEqual([{ id: 2 }]);
  expect(queries).toEqual(['select `id` from `orders` where `id` > ?']);
  expect(recorded.tree()).toBe('orders.find\n  database');
});

test('a knex query that fails fails its span, and the error is its own', async () => {
  const query = span('orders.find', () => database('nowhere'));

  const error: unknown = await query.then(
    () => undefined,
    (reason: unknown) => reason,
  );

  expect(error).toBeInstanceOf(Error);
  expect(recorded.named('orders.find').status.message).toBe((error as Error).message);
});

test.each<[string, (query: Knex.QueryBuilder) => Promise<unknown>, string]>([
  ['then', (query) => query.then((rows: unknown[]) => rows.length), 'find\n  database'],
  ['catch', (query) => query.catch(() => 0), 'find\n  database'],
  ['finally', (query) => query.finally(() => {}), 'find\n  database'],
])('a knex query may be run by %s', async (_, run, tree) => {
  await run(span('find', () => database('orders')));

  expect(recorded.tree()).toBe(tree);
  expect(queries).toHaveLength(1);
});

test('the handlers of a query run where they were put, not inside its span', async () => {
  await span('request', async () => {
    const query = span('find', () => lazily(() => Promise.resolve([])));
    await query.then(() => span('render', () => {}));
  });

  expect(recorded.tree()).toBe('request\n  find\n  render');
});

test('a query that is awaited twice runs twice, as it would, and its span ends once', async () => {
  let runs = 0;
  const query = span('find', () => lazily(() => Promise.resolve(++runs)));

  expect([await query, await query]).toEqual([1, 2]);

  expect(recorded.tree()).toBe('find');
});

test('a query with methods of its own to run it is followed through them', async () => {
  const query = span('find', () =>
    Object.assign(
      lazily(() => Promise.resolve(1)),
      { exec: () => Promise.reject(new Error('no')) },
    ),
  );

  await expect(query.exec()).rejects.toThrow('no');

  expect(recorded.tree()).toBe('find !no');
});

test('an error that is caught on the query itself is on the span', async () => {
  const failing = () => Promise.reject(new Error('no'));
  const query = span('find', () =>
    Object.assign(lazily(failing), { catch: (handle: () => unknown) => failing().catch(handle) }),
  );

  expect(await query.catch(() => 'handled')).toBe('handled');

  expect(recorded.tree()).toBe('find !no');
});

test('a then that throws fails the span, and throws', () => {
  const query = span('find', () => lazily(() => rethrow(new Error('not connected'))));

  expect(() => query.then(undefined)).toThrow('not connected');

  expect(recorded.tree()).toBe('find !not connected');
});

/** A thenable as query builders are: its work starts with `then`. */
function lazily(work: () => Promise<unknown>) {
  return {
    // oxlint-disable-next-line unicorn/no-thenable -- it is what this is about
    then(onFulfilled?: (value: unknown) => unknown, onRejected?: (error: unknown) => unknown) {
      return work().then(onFulfilled, onRejected);
    },
  };
}

function rethrow(error: unknown): never {
  throw error;
}

/** Knex over SQLite in memory, by the database that Node.js brings. */
function openDatabase(): Knex {
  const require = createRequire(import.meta.url);
  const Sqlite = require('knex/lib/dialects/better-sqlite3/index.js') as typeof Knex.Client;
  class Client extends Sqlite {
    _driver() {
      return DatabaseSync;
    }

    override acquireRawConnection() {
      return Promise.resolve(new DatabaseSync(':memory:'));
    }

    async _query(connection: DatabaseSync, query: { sql: string; bindings: number[] }) {
      const response = connection.prepare(query.sql).all(...query.bindings);
      return Object.assign(query, { response, context: {} });
    }
  }
  return knex({ client: Client, connection: ':memory:', useNullAsDefault: true, pool: { min: 1, max: 1 } });
}
