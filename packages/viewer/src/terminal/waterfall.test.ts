import { stripVTControlCharacters } from 'node:util';

import * as fc from 'fast-check';
import { expect, test } from 'vitest';

import type { Attributes } from '../attribute-value.ts';
import { planSpan, planTrace } from '../../test/build-trace.ts';
import { orderTrace } from '../../test/order-trace.ts';
import { emptySpan } from '../span-record.ts';
import { displayWidth } from './printable.ts';
import { waterfall } from './waterfall.ts';

const POSTGRES = { 'db.system.name': 'postgresql' };

test('a trace is a tree with bars, errors and log lines', () => {
  const stack = `Error: card declined
    at Socket.emit (node:events:520:28)
    at request (/app/node_modules/undici/index.js:1:1)
    at charge (file:///app/src/payments/charge.ts:120:11)`;
  const exception = { type: 'Error', message: 'card declined', stack };
  const queries = Array.from({ length: 50 }, (_, i) =>
    planSpan('SELECT orders', {
      id: `q${i}`,
      parent: 'root',
      at: 3 + i * 0.5,
      took: 0.4,
      kind: 'client',
      attributes: POSTGRES,
    }),
  );
  const trace = planTrace(
    [
      planSpan('POST /orders', {
        id: 'root',
        took: 84.1,
        kind: 'server',
        exception,
      }),
      planSpan('SELECT customers', { parent: 'root', at: 1, took: 1.2, kind: 'client', attributes: POSTGRES }),
      ...queries,
      planSpan('order.place', { parent: 'root', at: 30, took: 52, exception }),
      planSpan('POST /charge', {
        id: 'charge',
        parent: 'order.place',
        at: 31,
        took: 51,
        kind: 'server',
        service: 'payments',
        exception,
      }),
    ],
    [
      {
        spanId: 'charge',
        severityText: 'ERROR',
        severityNumber: 17,
        body: 'charge failed',
        attributes: { orderId: 81 },
      },
      { severityText: 'info', body: 'of no span' },
    ],
  );

  expect(`\n${waterfall(trace, { columns: 88 })}\n`).toBe(`
  ✖ POST /orders                 █▒▒▒█▒▒▒▒█▒▒▒▒█▒█▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒█   84.1ms
  ├─ SELECT customers            ▋                                                 1.2ms
  ├─ SELECT orders × 50 (N+1?)    ██▒████▒████▒▋                                  24.9ms
  └─ ✖ order.place                               █▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒    52.0ms
     └─ ✖ POST /charge  payments                 ███████████████████████████▉     51.0ms
        ↳ Error: card declined at payments/charge.ts:120
        ↳ log ERROR charge failed {orderId: 81}
  ↳ log INFO of no span
`);
});

test.each([40, 80, 120, 200])('a deep trace with long names is drawn at %i columns', async (columns) => {
  const text = waterfall(orderTrace(), { columns, legend: true });

  await expect(`${text}\n`).toMatchFileSnapshot(`../../test/waterfalls/${columns}-columns.txt`);
});

test('bars are dark on the critical path of the request, and light elsewhere', () => {
  const trace = planTrace([
    planSpan('GET /', { took: 40 }),
    planSpan('first', { parent: 'GET /', at: 0, took: 10 }),
    planSpan('beside', { parent: 'GET /', at: 10, took: 10 }),
    planSpan('last', { parent: 'GET /', at: 10, took: 20 }),
    planSpan('after', { parent: 'GET /', at: 40, took: 40, kind: 'consumer' }),
  ]);

  const text = waterfall(trace, { columns: 60, legend: true });

  expect(bars(text).slice(0, -1)).toEqual([
    '▒▒▒▒▒▒▒▒▒▒▒▒████',
    '████',
    '    ▒▒▒▒',
    '    ████████',
    '                ▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒',
  ]);
  expect(text).toMatch(/\n {2}█ critical path: what the request waited for {3}▒ the rest$/);
});

test('without a root no path is known: bars are dark, and there is no legend', () => {
  const spans = ['a', 'b'].map((id) => planSpan(id, { parent: 'missing' }));

  expect(waterfall(planTrace(spans), { legend: true })).not.toMatch(/▒|critical/);
});

test('attributes are drawn on demand, those of repeated siblings too', async () => {
  const text = waterfall(orderTrace(), { columns: 120, attributes: true });

  await expect(`${text}\n`).toMatchFileSnapshot('../../test/waterfalls/attributes.txt');
});

test('a folded row is not taken for a query in a loop when it is no database call', () => {
  const calls = Array.from({ length: 5 }, (_, i) =>
    planSpan('GET', { id: `c${i}`, parent: 'root', at: i, kind: 'client' }),
  );

  const text = waterfall(planTrace([planSpan('root', { took: 9 }), ...calls]));

  expect(text).toContain('└─ GET × 5 ');
  expect(text).not.toContain('N+1');
});

test('siblings with children, errors or log lines of their own are not folded', () => {
  const repeated = ['a', 'b', 'c', 'd', 'e', 'f'].map((id) =>
    planSpan('step', { id, parent: 'root', ...(id === 'b' && { failed: 'no' }) }),
  );
  const trace = planTrace(
    [planSpan('root'), ...repeated, planSpan('inner', { parent: 'a' })],
    [{ spanId: 'c', body: 'x' }],
  );

  const text = waterfall(trace);

  expect(text.match(/step(?! ×)/g)).toHaveLength(3);
  expect(text).toContain('step × 3');
});

test('spans whose parent did not come stand below a heading', () => {
  const trace = planTrace([
    planSpan('GET /', { took: 10 }),
    planSpan('lost', { parent: 'missing', at: 2, service: 'stock' }),
    planSpan('below lost', { parent: 'lost', at: 3, service: 'stock' }),
  ]);

  expect(labels(waterfall(trace))).toEqual(['GET /', 'parent not received', '└─ lost  stock', '   └─ below lost']);
});

test('a local root whose caller is not traced stands alone', () => {
  const trace = planTrace([planSpan('GET /', { parent: 'elsewhere', kind: 'server' })]);

  expect(labels(waterfall(trace))).toEqual(['GET /']);
});

test('a cycle is cut at its earliest span and named', () => {
  const trace = planTrace([
    planSpan('c', { parent: 'b', at: 3 }),
    planSpan('a', { parent: 'c', at: 1 }),
    planSpan('b', { parent: 'a', at: 2 }),
    planSpan('hangs on', { parent: 'b', at: 0 }),
    planSpan('self', { parent: 'self', at: 5 }),
  ]);

  expect(labels(waterfall(trace))).toEqual([
    'cycle: a is its own ancestor',
    '└─ a  orders-api',
    '   └─ b',
    '      ├─ hangs on',
    '      └─ c',
    'cycle: self is its own ancestor',
    '└─ self  orders-api',
  ]);
});

test('a trace 10 000 deep is drawn, with a capped indent and the depth in numbers', () => {
  const spans = Array.from({ length: 10_000 }, (_, i) =>
    planSpan(`level ${i}`, { id: `s${i}`, ...(i > 0 && { parent: `s${i - 1}` }), at: i, took: 20_000 - 2 * i }),
  );

  const lines = waterfall(planTrace(spans), { maxRows: Infinity }).split('\n');

  expect(lines).toHaveLength(10_000);
  expect(lines[9999]).toMatch(/^ +└ ⋯9999 level 9999 /);
  expect(Math.max(...lines.map(displayWidth))).toBeLessThanOrEqual(100);
});

test('rows beyond maxRows are only counted', () => {
  const spans = Array.from({ length: 30 }, (_, i) => planSpan(`step ${i}`, { parent: 'root', at: i }));

  const lines = waterfall(planTrace([planSpan('root'), ...spans]), { maxRows: 11 }).split('\n');

  expect(lines).toHaveLength(12);
  expect(lines.at(-1)).toBe('  … 20 more spans');
});

test('times that cannot be are shown as they are, with a note', () => {
  const backwards = planSpan('backwards', { parent: 'root', at: 5, took: -2 });
  const early = planSpan('early', { parent: 'root', at: -3, took: 4, service: 'stock' });
  const timeless = { ...planSpan('timeless', { parent: 'root' }), startTimeUnixNano: 0n, endTimeUnixNano: 0n };

  const text = waterfall(planTrace([planSpan('root', { took: 10 }), backwards, early, timeless]));

  expect(text).toContain('↳ ended 2.0ms before it started');
  expect(text).toContain('↳ starts 3.0ms before its caller: clocks of stock and orders-api differ');
  expect(text).toMatch(/timeless +\?$/m);
});

test.each([
  [
    'an exception',
    { exception: { type: 'TypeError', message: 'x is not a function' } },
    'TypeError: x is not a function',
  ],
  ['the message of a status', { failed: 'deadline exceeded' }, 'deadline exceeded'],
  ['an error.type', { failed: '', attributes: { 'error.type': 'ECONNREFUSED' } }, 'ECONNREFUSED'],
  ['an HTTP status', { failed: '', attributes: { 'error.type': '502', 'http.response.status_code': 502 } }, 'HTTP 502'],
  ['nothing', { failed: '' }, 'failed without a message'],
  [
    'a code and a message of gRPC',
    {
      failed: '',
      attributes: { 'rpc.grpc.status_code': 5, 'grpc.error_name': 'Error', 'grpc.error_message': 'no order' },
    },
    'gRPC NOT_FOUND: no order',
  ],
  ['a code of gRPC', { failed: '', attributes: { 'rpc.grpc.status_code': 14 } }, 'gRPC UNAVAILABLE'],
  ['an unknown code of gRPC', { failed: '', attributes: { 'rpc.grpc.status_code': 99 } }, 'gRPC 99'],
  [
    'a code of gRPC that is none',
    { failed: '', attributes: { 'rpc.grpc.status_code': 0 } },
    'failed without a message',
  ],
  ['a name of gRPC', { failed: '', attributes: { 'grpc.error_name': 'CANCELLED' } }, 'CANCELLED'],
  [
    'the current name of a status',
    { failed: '', attributes: { 'rpc.response.status_code': 'ABORTED' } },
    'status ABORTED',
  ],
  ['a JSON-RPC error', { failed: '', attributes: { 'rpc.jsonrpc.error_code': -32601 } }, 'JSON-RPC -32601'],
  ['the HTTP status of older conventions', { failed: '', attributes: { 'http.status_code': 500 } }, 'HTTP 500'],
  [
    'an HTTP status that is no failure',
    { failed: '', attributes: { 'http.status_code': 200 } },
    'failed without a message',
  ],
  ['the state of a database', { failed: '', attributes: { 'db.response.status_code': '23505' } }, 'status 23505'],
  [
    'a message and the state of a database',
    { failed: 'duplicate key', attributes: { 'db.response.status_code': '23505' } },
    'duplicate key (status 23505)',
  ],
  [
    'a message that has the state in it',
    { failed: '23505: duplicate key', attributes: { 'db.response.status_code': '23505' } },
    '23505: duplicate key',
  ],
  [
    'an exception of an RPC',
    { exception: { type: 'Error', message: 'no order' }, attributes: { 'rpc.grpc.status_code': 5 } },
    'Error: no order (gRPC NOT_FOUND)',
  ],
  ['an error.message', { failed: '', attributes: { 'error.type': 'E', 'error.message': 'gone' } }, 'E: gone'],
  [
    'code attributes',
    { failed: 'no', attributes: { 'code.file.path': '/app/src/orders/place.ts', 'code.line.number': 7 } },
    'no at orders/place.ts:7',
  ],
])('a failure with %s says so below its span', (_what, plan, note) => {
  expect(waterfall(planTrace([planSpan('root', plan)])).split('\n')[1]).toBe(`  ↳ ${note}`);
});

test('an exception is told though the status is no error, with its place', () => {
  const stack = 'Error: x\n    at job (/app/src/jobs/mail.js:3:1)';

  const text = waterfall(planTrace([planSpan('job', { recorded: [{ type: 'Error', message: 'x', stack }] })]));

  expect(text.split('\n')).toEqual([expect.stringMatching(/^ {2}job /), '  ↳ Error: x at jobs/mail.js:3']);
});

test('each exception of a span is told once, those before the last one too', () => {
  const [first, last] = ['first', 'last'].map((message) => ({ type: 'Error', message }));
  const spans = [planSpan('job', { recorded: [first!, first!, last!], exception: last! })];

  expect(waterfall(planTrace(spans)).split('\n').slice(1)).toEqual(['  ↳ Error: last', '  ↳ Error: first']);
});

test('an exception that passed through spans is told where it began', () => {
  const recorded = [{ type: 'Error', message: 'x' }];
  const spans = [planSpan('outer', { recorded }), planSpan('inner', { parent: 'outer', recorded })];

  expect(waterfall(planTrace(spans)).match(/Error: x/g)).toHaveLength(1);
});

test('an error is told once though only the span where it began has the code', () => {
  const exception = {
    type: 'error',
    message: 'duplicate key',
    stack: 'error: x\n    at save (/app/src/orders/save.ts:7:1)',
  };
  const attributes = { 'db.response.status_code': '23505' };
  const spans = [planSpan('outer', { exception }), planSpan('inner', { parent: 'outer', exception, attributes })];

  expect(waterfall(planTrace(spans)).match(/duplicate key.*/g)).toEqual([
    'duplicate key at orders/save.ts:7 (status 23505)',
  ]);
});

test('other events are shown with their attributes, ten of them', () => {
  const events = {
    'cache.miss': { key: 'a' },
    ...Object.fromEntries(Array.from({ length: 11 }, (_, i) => [`e${i}`, {}])),
  };

  const lines = waterfall(planTrace([planSpan('root', { events })]))
    .split('\n')
    .slice(1);

  expect(lines).toHaveLength(11);
  expect(lines[0]).toBe('  ↳ event cache.miss {key: "a"}');
  expect(lines.at(-1)).toBe('  ↳ … 2 more events');
});

test('a statement is told below its span, and below a folded row with the values that differ left out', () => {
  const query = (id: string, statement: string) =>
    planSpan('pg.query:SELECT shop', {
      id,
      parent: 'root',
      kind: 'client',
      attributes: { 'db.query.text': statement },
    });
  const spans = [
    query('1', 'SELECT *\n  FROM orders'),
    ...['2', '3', '4'].map((id) => query(id, `SELECT * FROM lines WHERE id = ${id}`)),
    ...['5', '6', '7'].map((id) => query(id, 'SELECT * FROM taxes WHERE id = $1')),
  ];

  const [, ...lines] = waterfall(planTrace([planSpan('root'), ...spans])).split('\n');

  expect(lines).toEqual([
    expect.stringContaining('├─ pg.query:SELECT shop  '),
    '  │  ↳ SELECT * FROM orders',
    expect.stringContaining('├─ pg.query:SELECT shop × 3 '),
    '  │  ↳ SELECT * FROM lines WHERE id = ?',
    expect.stringContaining('└─ pg.query:SELECT shop × 3 '),
    '     ↳ SELECT * FROM taxes WHERE id = $1',
  ]);
});

test('a span that is linked to other traces names them, three of them', () => {
  const links = ['a', 'b', 'b', 'c', 'd', 'e'].map((digit) => digit.repeat(32));

  const [, ...lines] = waterfall(planTrace([planSpan('root', { links })])).split('\n');

  expect(lines).toEqual([
    `  ↳ linked to trace ${'a'.repeat(32)}`,
    `  ↳ linked to trace ${'b'.repeat(32)}`,
    `  ↳ linked to trace ${'c'.repeat(32)}`,
    '  ↳ … and to 2 more traces',
  ]);
});

test('an attribute of a span takes eight lines at most, and a span shows 128 of them', () => {
  const attributes = Object.fromEntries(
    Array.from({ length: 130 }, (_, i) => [`key${i}`, i === 0 ? 'word '.repeat(300) : i]),
  );

  const [, ...lines] = waterfall(planTrace([planSpan('root', { attributes })]), { attributes: true }).split('\n');

  expect(lines).toHaveLength(8 + 127 + 1);
  expect(lines[0]).toMatch(/^ {4}key0: word word/);
  expect(lines[7]).toMatch(/^ {8}word .*…$/);
  expect(lines.at(-2)).toBe('    key127: 127');
  expect(lines.at(-1)).toBe('    … 2 more attributes');
});

test('attributes that the sender has dropped are counted', () => {
  const span = { ...planSpan('root'), droppedAttributesCount: 3 };

  expect(waterfall(planTrace([span]), { attributes: true })).toMatch(/\n {4}3 dropped by the sender$/);
});

test('siblings with events of their own are not folded', () => {
  const siblings = ['a', 'b', 'c'].map((id) => planSpan('step', { id, parent: 'root', events: { tick: {} } }));

  expect(waterfall(planTrace([planSpan('root'), ...siblings])).match(/event tick/g)).toHaveLength(3);
});

test('more log lines than ten are only counted', () => {
  const logs = Array.from({ length: 12 }, (_, i) => ({
    spanId: 'root',
    timeUnixNano: BigInt(12 - i),
    body: `line ${12 - i}`,
  }));

  const lines = waterfall(planTrace([planSpan('root')], logs)).split('\n');

  expect(lines.slice(1)).toEqual([
    ...Array.from({ length: 10 }, (_, i) => `  ↳ log line ${i + 1}`),
    '  ↳ … 2 more log lines',
  ]);
});

test('whatever telemetry is made of, no line is too wide or steers the terminal', () => {
  const piece = fc.constantFrom(
    '\u001B[2J',
    '\u001B]0;x\u0007',
    '\u009B',
    '\r\n',
    '\u202E',
    '\u200B',
    '\uD800',
    ' a ',
    '日本',
  );
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.array(piece).map((pieces) => pieces.join('')),
  );
  const attributes = fc.dictionary(text, fc.oneof(text, fc.double(), fc.array(text)), {
    maxKeys: 3,
  }) as fc.Arbitrary<Attributes>;
  const known = fc
    .dictionary(
      fc.constantFrom(
        'db.query.text',
        'db.system.name',
        'messaging.destination.name',
        'error.type',
        'url.path',
        'code.file.path',
      ),
      text,
    )
    .map((texts): Attributes => ({ ...texts, 'http.request.method': texts['url.path'] ?? '' }));
  const span = fc.record({
    name: text,
    service: text,
    attributes: fc.oneof(attributes, known),
    failed: text,
    events: fc.dictionary(text, attributes, { maxKeys: 2 }),
    recorded: fc.array(fc.record({ type: text, message: text, stack: text }), { maxLength: 2 }),
    links: fc.array(text, { maxLength: 2 }),
    kind: fc.constantFrom('client', 'consumer', 'server'),
  });
  const log = fc.record({ severityText: text, body: text, attributes });
  const columns = fc.integer({ min: 0, max: 220 });

  fc.assert(
    fc.property(fc.array(span, { maxLength: 6 }), log, columns, fc.boolean(), (plans, log, columns, attributes) => {
      const spans = plans.map(({ name, ...plan }, i) =>
        planSpan(name, { ...plan, id: `s${i}`, at: i, ...(i > 0 && { parent: `s${i - 1 - (i % 2)}` }) }),
      );
      const trace = planTrace(spans, [{ spanId: 's0', ...log }, log]);

      const plain = waterfall(trace, { columns, attributes });
      const colored = waterfall(trace, { columns, attributes, colors: true });

      expect(plain).not.toMatch(/(?!\n)[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}]/u);
      expect(stripVTControlCharacters(colored)).toBe(plain);
      for (const line of plain.split('\n')) expect(displayWidth(line)).toBeLessThanOrEqual(Math.max(40, columns));
    }),
  );
});

test('colours change nothing but colours', () => {
  const trace = planTrace([
    planSpan('root', { took: 5 }),
    planSpan('child', { parent: 'root', failed: 'no', service: 's' }),
  ]);

  const colored = waterfall(trace, { colors: true });

  expect(colored).toContain('\u001B[31m');
  expect(stripVTControlCharacters(colored)).toBe(waterfall(trace));
});

test('a trace without spans is its log lines', () => {
  expect(waterfall(planTrace([], [{ severityText: 'warn', body: 'alone' }]))).toBe('  ↳ log WARN alone');
});

test('whatever comes, every line fits and every span is drawn once', () => {
  const id = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'g');
  const spans = fc.uniqueArray(
    fc.record({
      spanId: id,
      parentSpanId: fc.option(id, { nil: undefined }),
      name: fc.string({ unit: 'grapheme' }),
      startTimeUnixNano: fc.bigInt(0n, 2n ** 64n - 1n),
      endTimeUnixNano: fc.bigInt(0n, 2n ** 64n - 1n),
      kind: fc.nat(5),
      flags: fc.constantFrom(0x101, 0x301),
    }),
    { selector: ({ spanId }) => spanId },
  );

  fc.assert(
    fc.property(spans, fc.integer({ min: 0, max: 150 }), (fields, columns) => {
      const trace = planTrace(
        fields.map(({ parentSpanId, ...span }, i) => {
          const parent = parentSpanId === undefined ? {} : { parentSpanId };
          return { ...emptySpan(), ...span, ...parent, name: `span${i} ${span.name}` };
        }),
      );

      const text = waterfall(trace, { columns });

      for (const line of text.split('\n')) expect(displayWidth(line)).toBeLessThanOrEqual(Math.max(40, columns));
      for (const [i] of fields.entries())
        expect(text.split('\n').filter((line) => !line.includes('cycle:') && line.includes(`span${i}`))).toHaveLength(
          1,
        );
    }),
  );
});

/** The left part of each line, without bars and durations. */
function labels(text: string): string[] {
  return text.split('\n').map((line) =>
    line
      .slice(2)
      .replace(/ +[▏▎▍▌▋▊▉█▒ ]* +\S+s$/, '')
      .trimEnd(),
  );
}

/** The bars of the lines, without labels and durations. */
function bars(text: string): string[] {
  return text.split('\n').map((line) => line.slice(19, -9).trimEnd());
}
