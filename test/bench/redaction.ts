// What redaction adds to the end of a span, whose attributes are compared with each other: of an HTTP server, a URL with
// a query, one with a secret in it, and a statement.
import { cpus } from 'node:os';

import { DEFAULTS } from '../../packages/sdk/src/options/options.ts';
import { redactAttributes } from '../../packages/sdk/src/redaction/redact-attributes.ts';
import { createRedactor } from '../../packages/sdk/src/redaction/redactor.ts';
import { median } from './median.ts';

type Plain = Readonly<Record<string, string | number>>;

const SERVER: Plain = {
  'http.request.method': 'GET',
  'url.scheme': 'https',
  'url.path': '/v1/orders/4711',
  'server.address': 'api.example.com',
  'server.port': 443,
  'network.protocol.version': '1.1',
  'client.address': '10.12.13.14',
  'user_agent.original': 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0',
  'http.response.status_code': 200,
  'http.route': '/v1/orders/:id',
};
const CANDIDATES: Readonly<Record<string, Plain>> = {
  'an HTTP server': SERVER,
  'with a query': { ...SERVER, 'url.full': 'https://api.example.com/v1/orders?page=2&sort=name&limit=20' },
  'with a secret': { ...SERVER, 'url.full': 'https://api.example.com/v1/orders?page=2&token=abcdef012345&limit=20' },
  'with a statement': { ...SERVER, 'db.query.text': 'SELECT id, name FROM orders WHERE customer = $1 ORDER BY id' },
};
const ROUNDS = 101;
const SPANS_PER_ROUND = 1000;

/** Runs the benchmark and returns its table in Markdown. */
export async function run(): Promise<string> {
  const redactor = createRedactor(DEFAULTS.redact);
  const rounds = Array.from({ length: ROUNDS }, () => {
    return Object.values(CANDIDATES).map((attributes) => {
      const spans = Array.from({ length: SPANS_PER_ROUND }, () => fresh(attributes));
      const start = process.hrtime.bigint();
      for (const span of spans) redactAttributes(span, redactor);
      return Number(process.hrtime.bigint() - start) / SPANS_PER_ROUND;
    });
  });
  const rows = Object.entries(CANDIDATES).map(([name, attributes], index) => {
    const nanos = median(rounds.map((times) => times[index] ?? Number.NaN));
    return `| ${name} | ${Object.keys(attributes).length} | ${nanos.toFixed(0)} |`;
  });
  return [
    `Node ${process.versions.node}, ${cpus().length} × ${cpus()[0]?.model ?? 'unknown CPU'}, ` +
      `${new Date().toISOString().slice(0, 10)}; medians of ${ROUNDS} interleaved rounds`,
    '',
    '| span | attributes | ns for its redaction |',
    '| --- | --: | --: |',
    ...rows,
  ].join('\n');
}

/** A copy as the SDK makes it, with texts of its own: those of a real span were never searched before. */
function fresh(attributes: Plain): Record<string, string | number> {
  const copy: Record<string, string | number> = {};
  for (const [name, value] of Object.entries(attributes)) {
    copy[name] = typeof value === 'string' ? Buffer.from(value).toString('latin1') : value;
  }
  return copy;
}
