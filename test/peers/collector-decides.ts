import { deepStrictEqual } from 'node:assert';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { compileToCollector } from '@clew/sampling/collector';
import { readPolicy, type JudgedSpan, type Policy } from '@clew/sampling/policy';
import { parse, stringify } from 'yaml';

import { ATTRIBUTE_KEYS, decidedTraces } from '../../packages/sampling/test/collector-cases.ts';
import { WHOLE } from '../../packages/sampling/test/policies.ts';
import { spansIn, type Message } from '../conformance/spans-in.ts';
import { freePort } from '../services/free-port.ts';
import { untilListening } from './start-jaeger.ts';

const run = promisify(execFile);

/** Policies that are started with, and traces of each. */
const POLICIES = 20;
const TRACES = 60;

/**
 * Lets a Collector decide about traces by policies that we have written for it, and compares what it keeps with what the
 * process does.
 *
 * @param binary the Collector
 */
export async function collectorDecides(binary: string, seed: number): Promise<{ traces: number; kept: number }> {
  using folder = temporaryFolder();
  await acceptsEveryKey(binary, folder.path);
  let traces = 0;
  let kept = 0;
  for (const { policy, traces: given, kept: expected } of decidedTraces(seed, POLICIES, TRACES)) {
    const requests = [...given].map(([traceId, trace]) => requestOf(traceId, trace));
    const found = await keptBy(binary, folder.path, policy, { resourceSpans: requests.flat() });
    deepStrictEqual([...found].toSorted(), [...expected].toSorted(), JSON.stringify(policy));
    traces += given.size;
    kept += found.size;
  }
  return { traces, kept };
}

/** Both tiers of a policy with every key are valid. */
async function acceptsEveryKey(binary: string, folder: string): Promise<void> {
  const { tier1, tier2 } = compileToCollector(policyOf(), { slowFromMillis: 500 }).yaml;
  for (const text of [tier1, tier2]) {
    const file = join(folder, 'every-key.yaml');
    writeFileSync(file, text);
    await run(binary, ['validate', '--config', file]);
  }
  await keptBy(binary, folder, policyOf(), { resourceSpans: [] }); // conditions are read at the start only
}

/** Every key, and numbers of each form. */
function policyOf(): Policy {
  const numbers = { 'a.b': ['>=-1 <2.5', -5, -0.5, 1e21, 5e-7] };
  const { policy, problems } = readPolicy({
    ...WHOLE,
    head: [{ name: 'linked', match: { links: true, parent: 'none' }, unless: { links: false }, ratio: 0.5 }],
    rules: [...(WHOLE.rules ?? []), { name: 'numbers', match: { attributes: numbers }, ratio: 1 }],
  });
  if (policy === undefined) throw new Error(problems.map(({ message }) => message).join('; '));
  return policy;
}

/** Ids of the traces that a Collector of tier 2 keeps. When it is asked to end, it decides about all that wait. */
async function keptBy(binary: string, folder: string, policy: Policy, request: object): Promise<Set<string>> {
  const port = await freePort();
  const [config, output] = [join(folder, 'tier2.yaml'), join(folder, 'kept.jsonl')];
  rmSync(output, { force: true });
  writeFileSync(config, withFile(compileToCollector(policy).yaml.tier2, port, output));
  const collector = spawn(binary, ['--config', config], { stdio: ['ignore', 'ignore', 'pipe'] });
  let told = '';
  collector.stderr.on('data', (chunk: Buffer) => (told += chunk.toString()));
  const exited = once(collector, 'exit') as Promise<[code: number | null, signal: string | null]>;
  try {
    await Promise.race([untilListening(port), exited.then(() => Promise.reject(new Error(told)))]);
    const headers = { 'content-type': 'application/json' };
    const response = await fetch(`http://127.0.0.1:${port}/v1/traces`, {
      method: 'POST',
      headers,
      body: JSON.stringify(request),
    });
    if (!response.ok) throw new Error(`the Collector answers ${response.status}: ${await response.text()}`);
  } finally {
    collector.kill();
    await exited;
  }
  const [, signal] = await exited;
  // It receives spans before it listens to signals: asked between the two, it has died with all that waited.
  if (signal !== null) return keptBy(binary, folder, policy, request);
  const lines = readFileSync(output, 'utf8')
    .split('\n')
    .filter((line) => line !== '');
  return new Set(lines.flatMap((line) => spansIn(JSON.parse(line) as Message)).map(({ traceId }) => traceId));
}

/** The file of tier 2, receiving at a port and writing to a file. */
function withFile(text: string, port: number, path: string): string {
  const config = parse(text) as {
    receivers: object;
    exporters: object;
    service: { telemetry?: object; pipelines: { traces: { exporters: string[] } } };
  };
  config.receivers = { otlp: { protocols: { http: { endpoint: `127.0.0.1:${port}` } } } };
  config.exporters = { file: { path } };
  config.service.telemetry = { metrics: { level: 'none' } };
  config.service.pipelines.traces.exporters = ['file'];
  return stringify(config, { lineWidth: 0 });
}

const START_NANOS = 1_700_000_000_000_000_000n;

/** A `ResourceSpans` for each span, as they may differ in their resource. */
function requestOf(traceId: string, trace: readonly JudgedSpan[]): object[] {
  return trace.map((span, i) => ({
    resource: { attributes: keyValues(Object.entries(span.resource.attributes)) },
    scopeSpans: [
      {
        spans: [
          {
            traceId,
            spanId: (i + 1).toString(16).padStart(16, '0'),
            parentSpanId: span.parentSpanId ?? '',
            flags: span.isParentRemote ? 0x3_01 : 0x1_01,
            name: span.name,
            kind: span.kind + 1,
            startTimeUnixNano: String(START_NANOS),
            endTimeUnixNano: String(START_NANOS + BigInt(Math.round(span.durationMillis * 1e6))),
            attributes: keyValues(ATTRIBUTE_KEYS.map((key) => [key, span.attribute(key)])),
            status: { code: span.status.code },
          },
        ],
      },
    ],
  }));
}

function keyValues(entries: readonly (readonly [string, unknown])[]): object[] {
  return entries.flatMap(([key, value]) => (value === undefined ? [] : [{ key, value: anyValue(value) }]));
}

function anyValue(value: unknown): object {
  if (typeof value === 'string') return { stringValue: value };
  if (typeof value === 'boolean') return { boolValue: value };
  return Number.isInteger(value) ? { intValue: String(value) } : { doubleValue: value };
}

function temporaryFolder(): Disposable & { readonly path: string } {
  const path = mkdtempSync(join(tmpdir(), 'clew-collector-'));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}
