import { describe, expect, test } from 'vitest';

import { runLogger, type LoggerRun } from '../support/run-logger.ts';

const CONSOLE = `const log = winston.createLogger({ transports: [new winston.transports.Console()] });`;

/** Objects that winston is given, as expressions, by what is special about them. */
const OBJECTS = {
  'private state behind toJSON': `new (class Entry { #s = 's'; message = 'm'; toJSON() { return { message: this.message, s: this.#s }; } })()`,
  'private state behind a getter': `new (class Entry { #s = 's'; message = 'm'; get s() { return this.#s; } toJSON() { return { s: this.s }; } })()`,
  'state in a WeakMap': `(() => { const state = new WeakMap(); const entry = new (class Entry { message = 'm'; toJSON() { return state.get(this) ?? 'stranger'; } })(); state.set(entry, { known: true }); return entry; })()`,
  'an error with private state': `new (class Failed extends Error { #code = 7; toJSON() { return { code: this.#code, message: this.message }; } })('m')`,
  'an error with a private getter': `new (class Failed extends Error { #code = 7; get code() { return this.#code; } toJSON() { return { code: this.code }; } })('m')`,
  'an error whose state is in a WeakMap': `(() => { const state = new WeakMap(); class Failed extends Error { constructor(m) { super(m); state.set(this, 7); } toJSON() { return { code: state.get(this) }; } } return new Failed('m'); })()`,
  'a DOMException': `Object.assign(AbortSignal.abort().reason, { toJSON() { return { name: this.name, message: this.message }; } })`,
} as const;

async function twice(program: { work: string; before?: string; files?: Record<string, string> }) {
  const run = (preload: boolean) =>
    runLogger({ type: 'module', imports: { winston: 'winston' }, before: CONSOLE, ...program, preload });
  return { bare: await run(false), traced: await run(true) };
}

const outcome = ({ code, stdout, stderr }: LoggerRun) => ({ code, stdout, stderr });

describe('winston writes what it would without us', () => {
  test('of objects that know themselves by more than their properties', async () => {
    const work = Object.values(OBJECTS).map(
      (object) => `try { log.info(${object}); } catch (e) { console.log('threw', e); }`,
    );

    const { bare, traced } = await twice({ work: work.join('\n') });

    expect(outcome(traced)).toEqual(outcome(bare));
    expect(bare.stdout).not.toContain('threw');
  });

  test('of an instance of a class, which its format gets itself', async () => {
    const before = `
      class Order { message = 'm'; }
      const order = new Order();
      const look = winston.format((info) => { console.log(info === order, Object.keys(info)); return info; });
      const log = winston.createLogger({ format: look(), transports: [new winston.transports.Console({ silent: true })] });`;

    const { bare, traced } = await twice({ before, work: 'log.info(order);' });

    expect(outcome(traced)).toEqual(outcome(bare));
  });

  test('and leaves no trace ids on what it was given', async () => {
    const work = `
      for (const object of [new Error('e'), { message: 'm' }, new (class A { message = 'm' })(), Object.freeze({ level: 'info', message: 'f' })]) {
        try { log.log('info', 'x', object); if (!Object.isFrozen(object)) log.info(object); } catch (e) { console.log('threw', e); }
        console.log('left:', Object.keys(object).filter((key) => key.includes('trace')).join());
      }`;

    const { traced } = await twice({ work });

    expect(traced.stdout).not.toContain('threw');
    expect(traced.stdout.match(/^left:.*$/gm)).toEqual(['left: ', 'left: ', 'left: ', 'left: ']);
  });
});

describe('a transport that takes its time', () => {
  const before = `
    const Transport = (await import('winston-transport')).default;
    const got = [];
    class Slow extends Transport { log(info, done) { setTimeout(() => { got.push([info.message, info.trace_id]); done(); }, 1); } }
    const log = winston.createLogger({ transports: [new Slow()] });
    process.on('exit', () => console.log(JSON.stringify({ got })));`;
  const logs = (what: string) => `for (let i = 0; i < 40; i += 1) log.error(${what});`;

  test.each([
    "new Error('e')",
    "new (class Failed extends TypeError { #a = 1; get a() { return this.#a; } })('e')",
    "'e'",
    "{ message: 'e' }",
  ])('finds the ids of the span on each line of %s', async (what) => {
    const { lines, spans, stderr } = await runLogger({
      type: 'module',
      imports: { winston: 'winston' },
      before,
      work: logs(what),
    });

    const got = lines[0]?.['got'] as [string, string][];
    expect(stderr).toBe('');
    expect(got).toHaveLength(40);
    expect(new Set(got.map(([, id]) => id))).toEqual(new Set([spans[0]?.traceId]));
  });

  test('keeps no exception from its span, though the line comes after the end of it', async () => {
    const work = `for (let i = 0; i < 40; i += 1) log.error(new Error('failed ' + i));`;

    const { spans, stderr } = await runLogger({ type: 'module', imports: { winston: 'winston' }, before, work });

    expect(stderr).toBe('');
    expect(spans[0]?.events.map(({ attributes }) => attributes['exception.message'])).toEqual(
      Array.from({ length: 40 }, (_, i) => `failed ${i}`),
    );
  });
});
