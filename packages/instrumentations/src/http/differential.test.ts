import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';

import { describe, expect, test } from 'vitest';

/** Difference of ours from OpenTelemetry's own instrumentation in a scenario of `test/http-scenarios.mjs`. */
interface Deviation {
  readonly reason: string;
  /** Every line of the difference is one of these, and each of them is seen. */
  readonly lines: readonly RegExp[];
}

const DEVIATIONS: Readonly<Record<string, Deviation>> = {
  'http.get() by text, by URL, by both': {
    reason: 'queries are as they were sent; the user agent is found whatever the case of its header',
    lines: [/url\.(?:query|full)=/, /^\+ 2 GET user_agent\.original="x"$/],
  },
  hosts: { reason: 'the path is there, whatever the host is', lines: [/^\+ 1 GET url\.path="\/"$/] },
  'a response that is cut': {
    reason: 'it is an error',
    lines: [
      /^\+ .*error\.type="Error"$/,
      /^[+-] 2 GET status=/,
      /^\+ 2 GET event=\["exception","ECONNRESET","aborted"\]$/,
    ],
  },
  'a response that fails': {
    reason: 'the status that was sent is known',
    lines: [/^\+ (?:1 GET|duration http\.server\.request\.duration) http\.response\.status_code=200$/],
  },
  'headers as a list': {
    reason: 'they are sent as they are',
    lines: [/^[+-] told=/, /^[+-] 1 (?:GET|POST) server\.(?:address|port)=/],
  },
  'values as they were sent': { reason: 'nothing is parsed and written anew', lines: [/url\.(?:path|query|full)=/] },
  'a request through a proxy': {
    reason: 'the URL is the one that is asked for',
    lines: [/^\+ 2 GET url\.full="http:\/\/REDACTED:REDACTED@target\.example\/a\?b"$/, /url\.(?:full|query)=/],
  },
  'captured headers': {
    reason: 'values of headers are texts',
    lines: [/^- 1 GET http\.response\.header\.x-number=\[7\]$/, /^\+ 1 GET http\.response\.header\.x-number=\["7"\]$/],
  },
  IPv6: {
    reason: 'an address stands in brackets with its port, and is the one that Node connects to',
    lines: [
      /^\+ 2 GET url\.full="http:\/\/\[::1\]:PORT\/a?"$/,
      /^- 2 GET url\.full=/,
      /server\.address="(?:localhost|::1)"/,
    ],
  },
  'a handler that throws': {
    reason: 'a server that did not begin to answer has sent no status',
    lines: [/^- duration http\.server\.request\.duration http\.response\.status_code=200$/],
  },
  'a handler that rejects': {
    reason: 'nobody catches it either',
    lines: [
      /^[+-] 1 GET status=/,
      /^\+ 1 GET event=\["exception","RangeError","of the handler"\]$/,
      /^\+ (?:1 GET|duration http\.server\.request\.duration) error\.type="RangeError"$/,
      /^- .*status_code=200$/,
    ],
  },
  'a handler that throws, and a process that answers for it': {
    reason: 'the span is that of the answer',
    lines: [
      /^\+ (?:1 GET|duration http\.server\.request\.duration) http\.response\.status_code=503$/,
      /^[+-] duration http\.server\.request\.duration error\.type=/,
    ],
  },
  'a client that aborts at once': {
    reason: 'the span ends',
    lines: [/^\+ (?:2 GET|duration) /, /^- open=1$/, /^\+ open=0$/],
  },
  'an upgrade': {
    reason: 'the status of the response is known',
    lines: [/^\+ .*http\.response\.status_code=101$/, /^\+ .*network\.(?:peer\.address|peer\.port|protocol\.version)=/],
  },
  CONNECT: {
    reason: 'the status of the response is known, and the URL is one',
    lines: [
      /^\+ .*http\.response\.status_code=200$/,
      /^\+ .*network\.(?:peer\.address|peer\.port|protocol\.version)=/,
      /url\.full=/,
    ],
  },
  'what the server refuses itself': { reason: 'it is answered, and so traced', lines: [/^\+ /] },
  'options that Node refuses': { reason: 'there is no request', lines: [/^- /] },
  'mocks handed to a server': { reason: 'Node does not publish them', lines: [/^- open=1$/, /^\+ open=0$/] },
};

/** A server that did not begin to answer has sent no status. */
const UNANSWERED = [
  'a server that hangs up before it answers',
  'a client that gives up before the answer',
  'a client that gives up with an error of its own',
  'a client that waits too long',
  'a signal that aborts',
  'a request that was never answered',
  'the context of what a request and its response tell',
];

const [upstreams, ours] = await Promise.all([runScenarios('upstream'), runScenarios('ours')]);

describe('as OpenTelemetry has it', () => {
  const names = Object.keys(upstreams).filter((name) => !(name in DEVIATIONS) && !UNANSWERED.includes(name));

  test.each(names)('%s', (name) => {
    expect(ours[name]).toEqual(upstreams[name]);
    expect(ours[name]?.spans.open).toBe(0);
  });
});

test.each(UNANSWERED)('%s: the span of the server has no status code', (name) => {
  const lines = difference(name);

  expect(lines).toEqual([expect.stringMatching(/^- 1 /), expect.stringMatching(/^- duration /)]);
  for (const line of lines) expect(line).toMatch(/http\.response\.status_code=200$/);
});

describe('otherwise than OpenTelemetry has it', () => {
  test.each(Object.entries(DEVIATIONS))('%s', (name, { lines: expected }) => {
    const lines = difference(name);

    expect(lines.filter((line) => !expected.some((each) => each.test(line)))).toEqual([]);
    expect(expected.filter((each) => !lines.some((line) => each.test(line)))).toEqual([]);
    expect(ours[name]?.spans.open).toBe(0);
  });
});

interface Result {
  readonly told: unknown;
  readonly seen: unknown;
  readonly spans: { readonly ended: readonly EndedSpan[]; readonly open: number };
  readonly durations: readonly { readonly name: string; readonly attributes: Record<string, unknown> }[];
}

interface EndedSpan {
  readonly name: string;
  readonly kind: number;
  readonly status: unknown;
  readonly parent: string | null;
  readonly attributes: Record<string, unknown>;
  readonly events: readonly unknown[];
}

async function runScenarios(implementation: 'ours' | 'upstream'): Promise<Record<string, Result>> {
  const preload = fileURLToPath(new URL('../../test/http-preload.mjs', import.meta.url));
  const child = spawn(process.env['CLEW_TEST_NODE'] ?? process.execPath, [preload], {
    stdio: ['ignore', 'inherit', 'pipe', 'pipe'],
    env: { ...process.env, CLEW_TEST_HTTP: implementation },
  });
  const [report, stderr] = await Promise.all([text(child.stdio[3] as Readable), text(child.stderr as Readable)]);
  const withoutPorts = report
    .replaceAll(/("(?:network\.peer|server)\.port":)\d{4,5}/g, '$1"PORT"')
    .replaceAll(/(127\.0\.0\.1|\[::1\]):\d{4,5}/g, '$1:PORT');
  if (report === '') throw new Error(stderr);
  const results = JSON.parse(withoutPorts) as Record<string, Result>;
  return Object.fromEntries(Object.entries(results).map(([name, result]) => [name, inOrder(result)]));
}

/** Which of two spans ends first is the network's to say. */
function inOrder({ spans, durations, ...result }: Result): Result {
  return {
    ...result,
    spans: { ...spans, ended: spans.ended.map(withSortedKeys).toSorted(byText) },
    durations: durations.map(withSortedKeys).toSorted(byText),
  };
}

function withSortedKeys<Value>(value: Value): Value {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const entries = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, each]) => [key, withSortedKeys(each as unknown)])) as Value;
}

function byText(a: unknown, b: unknown): number {
  return JSON.stringify(a) < JSON.stringify(b) ? -1 : 1;
}

/** Lines that one of both has more often than the other: `-` upstream, `+` ours. */
function difference(name: string): string[] {
  const [theirs, own] = [linesOf(upstreams[name]!), linesOf(ours[name]!)];
  const missing = without(theirs, own).map((line) => `- ${line}`);
  return [...missing, ...without(own, theirs).map((line) => `+ ${line}`)];
}

function without(lines: readonly string[], others: readonly string[]): string[] {
  const left = [...others];
  return lines.filter((line) => {
    const at = left.indexOf(line);
    if (at !== -1) left.splice(at, 1);
    return at === -1;
  });
}

function linesOf({ told, seen, spans, durations }: Result): string[] {
  const inSpans = spans.ended.flatMap(({ name, kind, status, parent, attributes, events }) =>
    [
      `status=${JSON.stringify(status)}`,
      `parent=${parent}`,
      ...events.map((event) => `event=${JSON.stringify(event)}`),
      ...inWords(attributes),
    ].map((line) => `${kind} ${name} ${line}`),
  );
  const measured = durations.flatMap((each) => inWords(each.attributes).map((line) => `duration ${each.name} ${line}`));
  return [
    `told=${JSON.stringify(told)}`,
    `seen=${JSON.stringify(seen)}`,
    `open=${spans.open}`,
    ...inSpans,
    ...measured,
  ];
}

function inWords(attributes: Record<string, unknown>): string[] {
  return Object.entries(attributes).map(([key, value]) => `${key}=${JSON.stringify(value)}`);
}
