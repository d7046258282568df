import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

import { expect, test } from 'vitest';

import { requestLine, type SpanOf } from '../../test/record-traces.ts';
import { runClew, spawnClew } from '../../test/spawn-clew.ts';

const GOOD = `version: 1
budget: { spans_per_second: 500 }
head:
  - { name: probes, match: { path: /healthz }, ratio: 0 }
rules:
  - { name: errors, match: { error: true }, ratio: 1, weight: 8 }
  - { name: empty, match: { response.empty: true }, drop: true }
base: { ratio: 0.05, balance: { by: [http.route] } }
`;

test('check prints for a good policy what it keeps, and what its budget does', async () => {
  await using folder = await folderOf({ 'policy.yaml': GOOD });

  const { code, stdout, stderr } = await runClew(['sampling', 'check', 'policy.yaml'], { cwd: folder.path });

  expect(stdout.toString()).toBe(`\
policy.yaml is good: 1 head rule, 2 tail rules, base keeps 5 %
  head    probes  keeps none
  rules   errors  keeps 100 %
          empty   drops all
  base            keeps 5 % of the rest
  budget          500 spans/s of each process: up to 60 % for errors and slow traces,
                  at least 40 % for the rest, decided every 5 s
`);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
});

test('check says what may not be meant of a budget, and what acts beside a budget only', async () => {
  const doubtful =
    'version: 1\nbudget: { spans_per_second: 1e9, keep_share: 1, counts: calibrated }\nbase: { ratio: 0 }\n';
  const alone = GOOD.replace(/^budget.*\n/m, '');
  await using folder = await folderOf({ 'doubtful.yaml': doubtful, 'alone.yaml': alone });
  const check = (file: string) => runClew(['sampling', 'check', file], { cwd: folder.path });

  const { code, stdout } = await check('doubtful.yaml');
  const withoutBudget = await check('alone.yaml');

  expect(stdout.toString()).toBe(`\
doubtful.yaml is good: 0 head rules, 0 tail rules, base keeps none
  base      keeps none of the rest
  budget    1 000 000 000 spans/s of each process: up to 100 % for errors and slow traces,
            at least 5 % for the rest, decided every 10 to 30 s
  note: there are no rules: errors and slow traces are seen only among what is kept as it begins
  note: base.ratio is 0: what no rule matches is neither kept nor counted, even where the budget has room
  note: budget.keep_share is 1: while errors and slow traces use it up, little of the rest is kept, and its counts are rough
`);
  expect(code).toBe(0);
  expect(withoutBudget.stdout.toString()).toContain(
    '\n  without effect, as there is no budget: weight of errors; base.balance\n',
  );
});

test('check prints every problem with its place, key and remedy, and exits with 1', async () => {
  const policy = 'version: 1\nhead:\n  - { name: failed, match: { error: true }, ratio: 2 }\nbass: {}\n';
  await using folder = await folderOf({ 'policy.yaml': policy });

  const { code, stdout } = await runClew(['sampling', 'check', 'policy.yaml'], { cwd: folder.path });

  expect(stdout.toString()).toBe(`\
policy.yaml:3:30: head[0].match.error is not known before a span is built; move it to rules
policy.yaml:3:52: head[0].ratio is 2, expected a number from 0 to 1; write 0.02 for 2 %
policy.yaml:4:1: bass is an unknown key; did you mean base?
3 problems
`);
  expect(code).toBe(1);
});

test('check reads a policy from stdin', async () => {
  const clew = spawnClew(['sampling', 'check', '-']);

  clew.process.stdin.end('version: 2\n');

  expect(await clew.ended()).toMatchObject({ code: 1 });
  expect(clew.stdout().toString()).toMatch(/^-:1:10: version is 2, expected 1; .*\n1 problem\n$/);
});

test.each([
  ['none.yaml', 'clew: none.yaml: no such file\n'],
  ['.', 'clew: .: is a directory\n'],
])('check of %s says why it cannot be read and exits with 2', async (file, message) => {
  await using folder = await folderOf({});

  const { code, stdout, stderr } = await runClew(['sampling', 'check', file], { cwd: folder.path });

  expect({ code, stdout: stdout.toString(), stderr }).toEqual({ code: 2, stdout: '', stderr: message });
});

test('check of a file without an end reads only as much as a policy may have', async () => {
  const { code, stdout } = await runClew(['sampling', 'check', '/dev/zero']);

  expect(stdout.toString()).toBe(
    '/dev/zero: the policy is longer than 128 KiB; write fewer rules, with globs and lists\n1 problem\n',
  );
  expect(code).toBe(1);
});

test('names in a policy cannot steer the terminal', async () => {
  const policy =
    'version: 1\nrules:\n  - { name: "a\\e[2J\\u202eb", match: { error: true }, ratio: 1, "\\e[31m": 2 }\n';
  await using folder = await folderOf({ 'bad.yaml': policy, 'good.yaml': policy.replace(', "\\e[31m": 2', '') });

  const bad = await runClew(['sampling', 'check', 'bad.yaml'], { cwd: folder.path });
  const good = await runClew(['sampling', 'check', 'good.yaml'], { cwd: folder.path });

  expect(good.stdout.toString()).toContain('  rules  ab  keeps 100 %\n');
  expect(bad.stdout.toString()).toContain('bad.yaml:3:');
  for (const { stdout } of [bad, good]) expect(stdout.toString()).not.toMatch(/(?!\n)[\p{Cc}\p{Cf}]/u);
});

test('help lists the commands, and an unknown one is a usage error', async () => {
  const help = await runClew(['sampling', '--help']);
  const unknown = await runClew(['sampling', 'chek']);
  const option = await runClew(['sampling', 'check', '--fix', 'policy.yaml']);
  const alone = await runClew(['sampling']);

  expect(help).toMatchObject({ code: 0, stderr: '' });
  expect(help.stdout.toString()).toMatch(/^Usage: clew sampling .*\n[^]*check <policy>/);
  expect(unknown).toMatchObject({ code: 2, stderr: expect.stringContaining("unknown command 'chek'") });
  expect(option).toMatchObject({ code: 2, stderr: expect.stringContaining("unknown option '--fix'") });
  expect(alone).toMatchObject({ code: 2, stderr: expect.stringContaining('Usage: clew sampling') });
});

/** Kept at any ratio but 0, and at a ratio of 1 only. */
const HIGH = '0af7651916cd43dd84ffffffffffff';
const LOW = '0af7651916cd43dd84000000000000';
const POLICY = `version: 1
rules:
  - { name: errors, match: { error: true }, ratio: 1 }
base: { ratio: 0.25 }
`;

function root(traceId: string, number: number, fields: Partial<SpanOf> = {}): SpanOf {
  const id = `${traceId}${number.toString(16).padStart(2, '0')}`;
  return {
    traceId: id,
    spanId: '1'.repeat(16),
    name: 'GET /items',
    start: number * 100,
    end: number * 100 + 10,
    ...fields,
  };
}

test('simulate prints what a policy keeps of recorded traces', async () => {
  const spans = [root(HIGH, 1), root(LOW, 2), root(LOW, 3), root(LOW, 4), root(LOW, 5, { isError: true, end: 2500 })];
  await using folder = await folderOf({ 'policy.yaml': POLICY, 'traces.jsonl': requestLine('shop', spans) });
  const args = ['sampling', 'simulate', 'policy.yaml', 'traces.jsonl'];

  const text = await runClew(args, { cwd: folder.path });
  const json = await runClew([...args, '--json'], { cwd: folder.path });

  expect(text).toMatchObject({ code: 0, stderr: '' });
  expect(text.stdout.toString()).toBe(`\
5 traces, 5 spans, 1 service, 2.40s from 2026-11-20 12:00:00 UTC

  traces kept                  2 of 5 (40 %)
  spans kept                   2 of 5 (40 %)
  exported                     0.8 spans/s
  worst second                 1 span, 12:00:00
  worst 10 s                   0.2 spans/s, 12:00:00
  error traces                 none of 1 lost
  slow traces (from 1.00s)     none of 1 lost
  local roots                  5
  estimated from what is kept  - (fewer than 10 are kept)

  rule    traces  kept  share  spans  th  probability
  errors       1     1  100 %      1  0   100 %
  base         4     1   25 %      1  c   25 %

  route       roots  kept  share  spans  estimate  95 % interval of roots
  GET /items      5     2   40 %      2         -

  time      made/s  kept/s  █ kept  ░ made
  12:00:00     4.0     1.0  ███████████████░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░
  12:00:01     0.0     0.0
  12:00:02     1.0     1.0  ███████████████
`);
  expect(JSON.parse(json.stdout.toString())).toMatchObject({
    spans: { total: 5, kept: 2 },
    errors: { total: 1, kept: 1, lost: 0 },
    localRoots: { recorded: 5, estimate: { count: 5, unknown: 0 } },
    rules: [
      { rule: 'errors' },
      {
        rule: 'base',
        traces: { total: 4, kept: 1 },
        thresholds: { lowest: 'c', highest: 'c' },
        probabilities: { least: 0.25, most: 0.25 },
      },
    ],
  });
});

test('simulate of clocks that are years apart ends, and shows the dates', async () => {
  const spans = [root(HIGH, 1), root(HIGH, 2, { start: -40 * 365 * 86_400_000 }), root(LOW, 3)];
  await using folder = await folderOf({ 'policy.yaml': POLICY, 'traces.jsonl': requestLine('shop', spans) });

  const { code, stdout } = await runClew(['sampling', 'simulate', 'policy.yaml', 'traces.jsonl'], { cwd: folder.path });

  expect(stdout.toString()).toMatch(/^3 traces, 3 spans, .*\n[^]*\n {2}1986-11-30 12:00:00 /);
  expect(code).toBe(0);
});

test('simulate of a gzipped file prints what it prints of the file', async () => {
  const traces = requestLine('shop', [root(HIGH, 1), root(LOW, 2)]);
  await using folder = await folderOf({ 'policy.yaml': POLICY, 'a.jsonl': traces, 'a.jsonl.gz': gzipSync(traces) });
  const simulate = (file: string) => runClew(['sampling', 'simulate', 'policy.yaml', file], { cwd: folder.path });

  const plain = await simulate('a.jsonl');
  const compressed = await simulate('a.jsonl.gz');

  expect(plain.stdout.toString()).toMatch(/^2 traces, /);
  expect(compressed).toEqual(plain);
});

test('simulate of services whose clocks are an hour apart says so once, and leaves the pause out of rates', async () => {
  const HOUR = 3_600_000;
  const gateway = Array.from({ length: 20 }, (_, i) => root(HIGH, i));
  const behind = (span: SpanOf, by: number): SpanOf => ({
    ...span,
    spanId: '2'.repeat(16),
    parentSpanId: span.spanId,
    start: span.start + by,
    end: span.end + by,
  });
  const traces =
    requestLine('gateway', gateway) +
    requestLine(
      'slow',
      gateway.slice(0, 10).map((span) => behind(span, -HOUR)),
    ) +
    requestLine(
      'fast',
      gateway.slice(10).map((span) => behind(span, HOUR)),
    );
  await using folder = await folderOf({ 'policy.yaml': POLICY, 'traces.jsonl': traces });

  const { code, stdout, stderr } = await runClew(['sampling', 'simulate', 'policy.yaml', 'traces.jsonl'], {
    cwd: folder.path,
  });

  expect(stderr.split('\n')).toEqual([
    'clew: traces.jsonl: 10 spans began before the parent, by up to 1h 0m; clocks differ; moved to its start',
    'clew: traces.jsonl: 10 spans began long after the parent had ended, by up to 1h 0m; clocks differ, or a queue was full; replayed at that time',
    '',
  ]);
  expect(stdout.toString()).toMatch(
    /^20 traces, 40 spans, 3 services, 1h 0m .*, 59m 5\ds of it pauses\n[^]*exported +13.7 spans/,
  );
  expect(code).toBe(0);
});

test('simulate says once what of a file was not read, and goes on', async () => {
  const whole = requestLine('shop', [root(HIGH, 1), root(HIGH, 1), { ...root(HIGH, 2), spanId: '' }]);
  const traces = `${whole}{"resourceLogs":[]}\nno JSON\n${requestLine('shop', [root(HIGH, 3)]).slice(0, -20)}`;
  await using folder = await folderOf({ 'policy.yaml': POLICY, 'traces.jsonl': traces });

  const { code, stdout, stderr } = await runClew(['sampling', 'simulate', 'policy.yaml', 'traces.jsonl'], {
    cwd: folder.path,
  });

  expect(stdout.toString()).toMatch(/^1 trace, 1 span, /);
  expect(stderr.split('\n')).toEqual([
    'clew: traces.jsonl: the last line is cut off; left out',
    expect.stringMatching(/^clew: traces.jsonl: left out 1 line that is not OTLP\/JSON; line 3 is not valid JSON: /),
    'clew: traces.jsonl: left out 1 line of logs or metrics',
    'clew: traces.jsonl: left out 1 span without an id or a time',
    'clew: traces.jsonl: left out 1 span that came before',
    '',
  ]);
  expect(code).toBe(0);
});

const EXPECTED =
  'expected an ExportTraceServiceRequest in JSON on each line, as the file exporter of the Collector writes it';

test.each<[string, string | Buffer, string]>([
  ['nothing', '', `is empty; ${EXPECTED}`],
  ['another JSON', '{"data":[{"traceID":"1"}]}\n', `has no traces in OTLP/JSON; ${EXPECTED}`],
  ['JSON over several lines', '{\n  "resourceSpans": [\n  ]\n}\n', `has no traces in OTLP/JSON; ${EXPECTED}`],
  ['no spans', '{"resourceSpans":[]}\n', 'has no spans'],
  ['no spans, compressed', gzipSync('{"resourceSpans":[]}\n'), 'has no spans'],
  [
    'gzip that is damaged',
    Buffer.from([0x1f, 0x8b, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9]),
    'has no spans in front of the damage',
  ],
  ['zip', Buffer.from('PK\u0003\u0004rest'), 'is compressed with zip; decompress it first'],
  ['a page', '<!DOCTYPE html>\n<p>404</p>\n', `is HTML or XML; ${EXPECTED}`],
  ['packets', Buffer.from([0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4, 0]), `is a capture of network packets; ${EXPECTED}`],
])('simulate of a file with %s says what was expected and exits with 1', async (_, traces, message) => {
  await using folder = await folderOf({ 'policy.yaml': POLICY, 'traces.jsonl': traces });

  const { code, stdout, stderr } = await runClew(['sampling', 'simulate', 'policy.yaml', 'traces.jsonl'], {
    cwd: folder.path,
  });

  expect(stderr.trimEnd().split('\n').at(-1)).toBe(`clew: traces.jsonl: ${message}`);
  expect({ code, stdout: stdout.toString() }).toEqual({ code: 1, stdout: '' });
});

test('simulate reads no more than its memory allows, and says so', async () => {
  const lines = Array.from({ length: 255 }, (_, i) => requestLine('shop', [root(HIGH, i, { name: 'x'.repeat(5000) })]));
  await using folder = await folderOf({ 'policy.yaml': POLICY, 'traces.jsonl': lines.join('') });
  const args = ['sampling', 'simulate', 'policy.yaml', 'traces.jsonl', '--buffer-mib', '1'];

  const { code, stdout, stderr } = await runClew(args, { cwd: folder.path });

  expect(stderr).toBe('clew: traces.jsonl: more than 1 MiB of spans (--buffer-mib); the rest was not read\n');
  expect(Number(/^\d+/.exec(stdout.toString())?.[0])).toBeLessThan(150);
  expect(code).toBe(0);
});

test('simulate with a policy that has problems, or without a file, reads nothing else', async () => {
  await using folder = await folderOf({ 'policy.yaml': POLICY, 'bad.yaml': 'version: 2\n' });
  const simulate = (...files: string[]) => runClew(['sampling', 'simulate', ...files], { cwd: folder.path });

  const bad = await simulate('bad.yaml', 'none.jsonl');
  const none = await simulate('policy.yaml', 'none.jsonl');
  const both = await simulate('-', '-');

  expect(bad).toMatchObject({ code: 1, stderr: expect.stringMatching(/^clew: bad.yaml:1:10: version is 2, /) });
  expect(none).toMatchObject({ code: 2, stderr: 'clew: none.jsonl: no such file\n' });
  expect(both).toMatchObject({ code: 2, stderr: 'clew: only one of the policy and the traces can be stdin\n' });
});

test('explain prints which rules match, which decides, and why the others do not match', async () => {
  const policy = `version: 1
head:
  - { name: probes, match: { path: /healthz }, ratio: 0 }
  - { name: writes, match: { method: [POST, PUT] }, ratio: 1 }
rules:
  - { name: errors, match: { error: true }, ratio: 1 }
  - { name: gold, match: { attributes: { tier: gold }, resource: { service.name: shop-* } }, ratio: 0.5 }
  - { name: slow, match: { slower_than: { quantile: 0.9, floor: 5ms } }, unless: { route: "/export/**" }, ratio: 1 }
  - { name: broken, match: { any_span: { kind: client, error: true } }, ratio: 0.5 }
  - { name: export, match: { duration: ">=10ms <1s", name: "GET **" }, unless: { route: [/items, /orders] }, drop: true }
base: { ratio: 0.25 }
`;
  const items = { 'http.route': '/items', 'url.path': '/items', tier: 'gold' };
  const failed = root(LOW, 1, { attributes: items, isError: true });
  const plain = root(LOW, 2, { attributes: { ...items, tier: 3 } });
  const child = { ...plain, spanId: '2'.repeat(16), parentSpanId: plain.spanId, end: 220 };
  const called = { ...plain, spanId: '3'.repeat(16), parentSpanId: '9'.repeat(16) };
  const probe = root(HIGH, 3, { attributes: { 'url.path': '/healthz' } });
  const written = root(HIGH, 4, { attributes: { 'http.request.method': 'PUT' }, flags: 257 });
  const traces = requestLine('shop', [failed, child, plain, probe, written]) + requestLine('other', [called]);
  await using folder = await folderOf({ 'policy.yaml': policy, 'traces.jsonl': traces });

  const { code, stdout, stderr } = await runClew(['sampling', 'explain', 'policy.yaml', 'traces.jsonl'], {
    cwd: folder.path,
  });

  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout.toString()).toBe(`\
${failed.traceId}
  shop  GET /items  10.0ms  1 span
    kept by errors: R 00000000000001 >= T 00000000000000, which keeps 100 %
    head   probes  no   url.path is "/items", expected /healthz
           writes  no   http.request.method is absent, expected POST or PUT
           base    yes  keeps 25 %
    rules  errors  yes  keeps 100 %
           gold    no   resource.service.name is "shop", expected shop-*
           slow    no   duration is 10.0ms; too few spans came before to know the quantile 0.9 of its http.route
           broken  no   no span has kind client, status error
           export  no   exempt by unless: http.route /items or /orders
${plain.traceId}
  shop  GET /items  10.0ms  2 spans
    dropped by base: R 00000000000002 < T c0000000000000, which keeps 25 %
    head   probes  no   url.path is "/items", expected /healthz
           writes  no   http.request.method is absent, expected POST or PUT
           base    yes  keeps 25 %
    rules  errors  no   status is unset, expected error
           gold    no   tier is 3, expected gold
           slow    no   duration is 10.0ms; too few spans came before to know the quantile 0.9 of its http.route
           broken  no   no span has kind client, status error
           export  no   exempt by unless: http.route /items or /orders
  other  GET /items  10.0ms  1 span
    kept by upstream, without a threshold: a caller has decided
    head   upstream  yes  the caller decides
    rules  errors    no   status is unset, expected error
           gold      no   tier is 3, expected gold
           slow      no   duration is 10.0ms; too few spans came before to know the quantile 0.9 of its http.route
           broken    no   no span has kind client, status error
           export    no   exempt by unless: http.route /items or /orders
${probe.traceId}
  shop  GET /items  10.0ms  1 span
    dropped by probes, which keeps none
    head   probes  yes  keeps 0 %
    rules               not asked: no span is recorded
${written.traceId}
  shop  GET /items  10.0ms  1 span
    dropped by export, which drops all
    head   probes  no   url.path is absent, expected /healthz
           writes  yes  keeps 100 %
    rules  errors  no   status is unset, expected error
           gold    no   tier is absent, expected gold
           slow    no   duration is 10.0ms; too few spans came before to know the quantile 0.9 of its http.route
           broken  no   no span has kind client, status error
           export  yes  drops all
`);
});

test('explain knows how long the spans of a route usually take, and explains one trace alone', async () => {
  const policy = `version: 1
rules:
  - { name: slow, match: { slower_than: { quantile: 0.5, floor: 6ms } }, ratio: 1 }
`;
  const at = (second: number, length: number) => {
    const id = `${second.toString(16).padStart(2, '0')}${LOW}`;
    const [start, end] = [second * 1000, second * 1000 + length];
    return root('', 0, { traceId: id, start, end, attributes: { 'http.route': '/items' } });
  };
  const spans = [...Array.from({ length: 80 }, (_, i) => at(i + 1, 40)), at(90, 20), at(91, 5), at(92, 80)];
  await using folder = await folderOf({ 'policy.yaml': policy, 'traces.jsonl': requestLine('shop', spans) });
  const explain = async (second: number) => {
    const args = ['sampling', 'explain', 'policy.yaml', 'traces.jsonl', '--trace', second.toString(16)];
    return (await runClew(args, { cwd: folder.path })).stdout.toString();
  };

  expect(await explain(90)).toMatch(
    /slow {2}no {3}duration is 20.0ms, expected more than (?:39|40)\.\dms, the quantile 0.5 of its http.route\n$/,
  );
  expect(await explain(91)).toMatch(/slow {2}no {3}duration is 5.0ms, expected more than the floor of 6.0ms\n$/);
  expect(await explain(92)).toMatch(/slow {2}yes {2}keeps 100 %\n$/);
  expect(await explain(92)).not.toContain(at(91, 5).traceId);
});

test('explain of a trace that is not there says so and exits with 1', async () => {
  await using folder = await folderOf({ 'policy.yaml': POLICY, 'traces.jsonl': requestLine('shop', [root(HIGH, 1)]) });

  const args = ['sampling', 'explain', 'policy.yaml', 'traces.jsonl', '--trace', 'abc'];
  const { code, stdout, stderr } = await runClew(args, { cwd: folder.path });

  expect({ code, stdout: stdout.toString(), stderr }).toEqual({
    code: 1,
    stdout: '',
    stderr: 'clew: no trace id begins with abc\n',
  });
});

test('when the reader of explanations goes away, as head does, it ends without a word', async () => {
  const spans = Array.from({ length: 5000 }, (_, i) =>
    root('', 0, { traceId: `b${i.toString(16).padStart(31, '0')}` }),
  );
  await using folder = await folderOf({ 'policy.yaml': POLICY, 'traces.jsonl': requestLine('shop', spans) });
  const clew = spawnClew(['sampling', 'explain', 'policy.yaml', 'traces.jsonl'], { cwd: folder.path });
  await clew.written('dropped by');

  clew.process.stdout.destroy();

  expect(await clew.ended()).toEqual({ code: 0, signal: null });
  expect(clew.stderr()).toBe('');
});

test('names in recorded traces cannot steer the terminal', async () => {
  const name = `GET \u001B[2J\u202E${'x'.repeat(5000)}`;
  await using folder = await folderOf({
    'policy.yaml': POLICY,
    'traces.jsonl': requestLine('s\u001Bc', [root(HIGH, 1, { name })]),
  });

  const { stdout } = await runClew(['sampling', 'simulate', 'policy.yaml', 'traces.jsonl'], { cwd: folder.path });

  expect(stdout.toString()).toContain('GET x');
  expect(stdout.toString()).not.toMatch(/(?!\n)[\p{Cc}\p{Cf}]/u);
  for (const line of stdout.toString().split('\n')) expect(line.length).toBeLessThan(150);
});

const COLLECTED = `version: 1
rules:
  - { name: 'costs $5 in \${env:HOME}', match: { error: true }, ratio: 1 }
  - { name: slow, match: { slower_than: { quantile: 0.9 } }, ratio: 1 }
base: { ratio: 0 }
`;

test('collector prints both tiers as YAML documents, and what the Collector does otherwise on stderr', async () => {
  await using folder = await folderOf({ 'policy.yaml': COLLECTED });
  const args = [
    'sampling',
    'collector',
    'policy.yaml',
    '--hostnames',
    'a:4317, b:4317',
    '--endpoint',
    'http://backend:4318',
  ];

  const { code, stdout, stderr } = await runClew(args, { cwd: folder.path });

  const [first = '', second = '', ...others] = stdout.toString().split('\n---\n');
  expect(others).toEqual([]);
  expect(first).toMatch(/^# Written by clew sampling collector from policy.yaml.\n# Tier 1 [^]*- a:4317\n +- b:4317\n/);
  expect(second).toContain('      - name: costs $$5 in $${env:HOME}\n');
  expect(second).toMatch(/otlp_http:\n +endpoint: http:\/\/backend:4318\n/);
  expect(stderr.split('\n')).toEqual([
    expect.stringMatching(/^clew: policy.yaml: rules are about the first span of each process; written as /),
    'clew: policy.yaml: rules[1].match (slow) has slower_than, a quantile, which the Collector does not learn; the rule is left out',
    '',
  ]);
  expect(code).toBe(0);
});

test('collector writes files, and prints JSON where that is wanted', async () => {
  await using folder = await folderOf({ 'policy.yaml': COLLECTED, file: '' });
  const collector = (...options: string[]) =>
    runClew(['sampling', 'collector', 'policy.yaml', ...options], { cwd: folder.path });

  const files = await collector('--out-dir', 'out', '--slow-ms', '250');
  const json = await collector('--out-dir', 'out', '--json');
  const nowhere = await collector('--out-dir', 'none/out');

  expect(files).toMatchObject({ code: 0, stdout: Buffer.from('out/collector-tier1.yaml\nout/collector-tier2.yaml\n') });
  expect(files.stderr).toContain('slower_than (slow) is a quantile, ');
  const { tier2, notes } = JSON.parse(json.stdout.toString()) as Record<string, unknown>;
  expect(json).toMatchObject({ code: 0, stderr: '' });
  expect(tier2).toMatchObject({ processors: { tail_sampling: { policies: [{ name: 'costs $5 in ${env:HOME}' }] } } });
  expect(notes).toMatchObject([{ path: 'rules' }, { path: 'rules[1].match', rule: 'slow' }]);
  expect(nowhere).toMatchObject({ code: 2, stderr: expect.stringMatching(/\nclew: none\/out: no such file\n$/) });
});

test('collector with a policy that has problems, or without a file, writes nothing', async () => {
  await using folder = await folderOf({ 'bad.yaml': 'version: 2\n' });
  const collector = (...args: string[]) => runClew(['sampling', 'collector', ...args], { cwd: folder.path });

  const bad = await collector('bad.yaml', '--out-dir', 'out');
  const none = await collector('none.yaml', '--out-dir', 'out');
  const hostnames = await collector('bad.yaml', '--hostnames', 'a:4317,b');
  const endpoint = await collector('bad.yaml', '--endpoint', 'backend:4318');

  expect(bad).toMatchObject({ code: 1, stderr: expect.stringMatching(/^clew: bad.yaml:1:10: version is 2, /) });
  expect(none).toMatchObject({ code: 2, stderr: 'clew: none.yaml: no such file\n' });
  expect(hostnames).toMatchObject({ code: 2, stderr: expect.stringContaining('expected addresses such as ') });
  expect(endpoint).toMatchObject({ code: 2, stderr: expect.stringContaining('expected a URL such as ') });
  expect(await readdir(folder.path)).toEqual(['bad.yaml']);
});

test('the code that reads policies is loaded by no other command', async () => {
  const hook = `import { registerHooks } from 'node:module';
    registerHooks({ resolve(name, context, next) {
      if (name.startsWith('@clew/sampling')) process._rawDebug('loads', name);
      return next(name, context);
    } });`;
  const env = { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(hook)}` };
  await using folder = await folderOf({ 'policy.yaml': GOOD, 'app.log': '{"msg":"none"}\n' });

  const sampling = await runClew(['sampling', 'check', 'policy.yaml'], { cwd: folder.path, env });
  const logs = await runClew(['logs', 'app.log'], { cwd: folder.path, env });
  const help = await runClew(['sampling', '--help'], { cwd: folder.path, env });

  expect(sampling.stderr).toContain('loads @clew/sampling/policy');
  expect(logs.stderr + help.stderr).not.toContain('loads');
});

async function folderOf(files: Readonly<Record<string, string | Buffer>>) {
  const path = await mkdtemp(join(tmpdir(), 'clew-sampling-'));
  for (const [name, text] of Object.entries(files)) await writeFile(join(path, name), text);
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true }) };
}
