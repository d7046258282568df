import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { differences } from './differences.ts';
import { KNOWN_DIFFERENCES } from './known-differences.ts';
import type { Program } from './programs.ts';
import { programFolder, runProgram, type Run } from './run-program.ts';
import { startServer, type RunningServer } from './servers.ts';

/** Runs every act of a program bare and under the preload, in the given ways of loading its library, and compares. */
export function behavesAsBare(program: Program, ways: readonly string[]): void {
  describe(`the program ${program.name}, bare and under the preload`, () => {
    const known = KNOWN_DIFFERENCES.filter((each) => each.library === program.name && !each.isOfExports);
    const seen = new Set<RegExp>();
    let folder: Awaited<ReturnType<typeof programFolder>>;
    let server: RunningServer | undefined;

    beforeAll(async () => {
      folder = await programFolder();
      if (program.server !== undefined) server = await startServer(program.server, folder.path);
    });
    afterAll(async () => {
      await server?.[Symbol.asyncDispose]();
      folder[Symbol.dispose]();
    });

    async function compare(way: string, act: string) {
      const run = { program: program.name, way, act };
      const env = { HARM_SERVER: server?.address ?? '', ...PATIENCE };
      // One after the other: both may use the one server.
      const { scopes: none, ...bare } = await runProgram(folder.path, run, env, false);
      const { scopes, ...preloaded } = await runProgram(folder.path, run, env, true);
      expect(none).toEqual([]);
      const all = differences(withoutTraceFields(bare), withoutTraceFields(preloaded));
      const unknown = all.filter(({ path }) => {
        const known_ = known.filter((each) => each.path.test(path));
        for (const each of known_) seen.add(each.path);
        return known_.length === 0;
      });
      return { bare, preloaded, unknown, scopes };
    }

    for (const [index, way] of ways.entries()) {
      test(`works the same, loaded by ${way}`, async () => {
        const { bare, preloaded, unknown, scopes } = await compare(way, 'works');

        expect(unknown).toEqual([]);
        expect({ code: bare.code, signal: bare.signal }).toEqual({ code: 0, signal: null });
        expect(Object.keys(bare.observed).filter((label) => label.startsWith('uncaught'))).toEqual([]);
        if (program.scope !== undefined) expect(scopes).toContain(program.scope);
        expect(traceFields(bare)).toEqual(traceFields(bare).map(() => []));
        if (program.propagates) expect(traceFields(preloaded).length).toBeGreaterThan(0);
        expect(traceFields(preloaded)).toEqual(traceFields(preloaded).map(() => ['traceparent']));
      });

      if (index > 0) continue; // how it ends does not depend on how it was loaded
      test.each(program.fatal)(`ends the same by %s, loaded by ${way}`, async (act) => {
        const { bare, unknown } = await compare(way, act);

        expect(unknown).toEqual([]);
        expect([bare.code, bare.signal]).not.toEqual([0, null]);
      });
    }

    test('has no other differences than those that are seen', () => {
      expect(known.filter(({ path }) => !seen.has(path)).map(({ path }) => String(path))).toEqual([]);
    });
  });
}

// A machine that does much else must not make an ending lose spans, which is said on stderr.
const PATIENCE = { CLEW_EXIT_TIMEOUT: '20000', CLEW_SHUTDOWN_TIMEOUT: '20000' };

/** A message that a program has seen come over the wire. */
interface Message {
  readonly lines: unknown;
  readonly traceFields: readonly string[];
}

const messages = ({ observed }: Run) => (observed['wire'] ?? []) as readonly Message[];

const traceFields = (run: Run) => messages(run).map((message) => message.traceFields);

/** The fields that are added to messages are compared by themselves. */
function withoutTraceFields(run: Run): Run {
  return { ...run, observed: { ...run.observed, wire: messages(run).map(({ lines }) => lines) } };
}
