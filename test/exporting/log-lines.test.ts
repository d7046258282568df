import { describe, expect, test } from 'vitest';

import { runLogger, type LoggerProgram } from '../support/run-logger.ts';

const SYSTEMS = ['module', 'commonjs'] as const;
const EXPORT = { OTEL_LOGS_EXPORTER: 'otlp' };

/** A logger that the variable `log` holds, and where its messages stand in a line. */
const LOGGERS = {
  pino: { imports: { pino: 'pino' }, before: `const log = pino();` },
  'pino 9': { imports: { pino: 'pino-9' }, before: `const log = pino();` },
  'pino 8': { imports: { pino: 'pino-8' }, before: `const log = pino();` },
  'pino with a transport': {
    imports: { pino: 'pino' },
    before: `const log = pino({ transport: { target: 'pino/file', options: { destination: 1 } } });`,
  },
  bunyan: { imports: { bunyan: 'bunyan' }, before: `const log = bunyan.createLogger({ name: 'shop' });` },
} as const;

const CASES = SYSTEMS.flatMap((type) =>
  (Object.keys(LOGGERS) as (keyof typeof LOGGERS)[]).map((name) => [name, type] as const),
);

test.each(CASES)('a line of %s becomes one record of its span, and is written as ever (%s)', async (name, type) => {
  const work = `
    log.debug('unseen');
    log.info({ order: 7, customer: { tier: 'gold' } }, 'placed');
    log.child({ request: 1 }).warn('slow');
    log.error(new TypeError('broken'), 'failed');`;

  const { lines, records, spans, stderr } = await runLogger({ type, ...LOGGERS[name], work, env: EXPORT });

  const [span] = spans;
  const ids = { traceId: span?.traceId, spanId: span?.spanId };
  expect(stderr).toBe('');
  expect(lines).toMatchObject([
    { level: 30, order: 7, customer: { tier: 'gold' }, msg: 'placed', trace_id: ids.traceId },
    { level: 40, request: 1, msg: 'slow', span_id: ids.spanId },
    { level: 50, err: { message: 'broken' }, msg: 'failed', trace_flags: '01' },
  ]);
  expect(records).toMatchObject([
    { ...ids, severityNumber: 9, severityText: 'info', body: 'placed' },
    { ...ids, severityNumber: 13, severityText: 'warn', body: 'slow' },
    { ...ids, severityNumber: 17, severityText: 'error', body: 'failed' },
  ]);
  const own = name === 'bunyan' ? { name: 'shop' } : {};
  expect(attributesOf(records)).toEqual([
    { ...own, order: 7, customer: { tier: 'gold' } },
    { ...own, request: 1 },
    {
      ...own,
      'exception.type': 'TypeError',
      'exception.message': 'broken',
      'exception.stacktrace': expect.stringContaining('TypeError: broken\n    at') as string,
    },
  ]);
});

const THREE = {
  pino: LOGGERS.pino,
  bunyan: LOGGERS.bunyan,
  winston: {
    imports: { winston: 'winston' },
    before: `
      const { format, transports, createLogger } = winston;
      const logger = createLogger({ format: format.json(), transports: [new transports.Console()] });
      const log = { error: (fields, message) => logger.error(message, fields), info: (fields, message) => logger.info(message, fields) };`,
  },
} as const;
const names = Object.keys(THREE) as (keyof typeof THREE)[];

test.each(names)('of an error in a line of %s the record has what an exception does not say', async (name) => {
  const work = `
    const error = Object.assign(new Error('boom'), { code: '23505', detail: { table: 'orders' } });
    log.error({ err: error }, 'failed');
    log.error({ err: new Error('bare') }, 'failed');`;

  const { records } = await runLogger({
    type: 'module',
    ...THREE[name],
    work:
      name === 'bunyan'
        ? work.replace(
            'log.error({ err: error }',
            'log.error({ err: { ...bunyan.stdSerializers.err(error), detail: error.detail } }',
          )
        : work,
    env: EXPORT,
  });

  const [rich, bare] = attributesOf(records);
  expect(rich).toMatchObject({
    'exception.type': 'Error',
    'exception.message': 'boom',
    'exception.stacktrace': expect.stringContaining('Error: boom') as string,
    err: { code: '23505', detail: { table: 'orders' } },
  });
  expect(Object.keys((rich as { err?: object }).err ?? {}).toSorted()).toEqual(['code', 'detail']);
  expect(bare).not.toHaveProperty('err');
});

test.each(names)('a line of %s with otel.event.name is an event of that name', async (name) => {
  const work = `
    log.info({ 'otel.event.name': 'my-event', kept: 1 }, 'hi');
    for (const no of [7, { a: 1 }, '', null]) log.info({ 'otel.event.name': no }, 'hi');`;

  const { records } = await runLogger({ type: 'module', ...THREE[name], work, env: EXPORT });

  expect(records.map(({ eventName }) => eventName ?? '')).toEqual(['my-event', '', '', '', '']);
  expect(attributesOf(records)[0]).toMatchObject({ kept: 1 });
  for (const attributes of attributesOf(records)) expect(attributes).not.toHaveProperty(['otel.event.name']);
});

test('an error that is logged with winston has its causes in the record, under whatever key it is', async () => {
  const work = `
    const cause = Object.assign(new RangeError('out of range'), { code: 'E_RANGE' });
    logger.error('m', { failure: new TypeError('boom', { cause }) });
    logger.error(new TypeError('boom', { cause }));`;

  const { records } = await runLogger({ type: 'module', ...THREE.winston, work, env: EXPORT });

  const stack = expect.stringContaining('RangeError: out of range') as string;
  const known = { type: 'RangeError', message: 'out of range', code: 'E_RANGE', stack };
  expect(attributesOf(records)).toMatchObject([
    { failure: { type: 'TypeError', message: 'boom', cause: known } },
    { 'exception.type': 'TypeError', cause: known },
  ]);
});

test.each(SYSTEMS)('a line of winston becomes one record of its span, and is written as ever (%s)', async (type) => {
  const before = `
    const { format, transports } = winston;
    const redact = format((info) => ({ ...info, card: info.card && 'xxx' }));
    const log = winston.createLogger({
      level: 'http',
      format: format.combine(redact(), format.timestamp(), format.json()),
      transports: [new transports.Console(), new transports.Console({ forceConsole: true, level: 'error' })],
    });`;
  const work = `
    log.verbose('unseen');
    log.info('placed', { order: 7, card: '4111' });
    log.child({ request: 1 }).warn('slow');
    log.http('answered');
    log.error('failed', new TypeError('broken'));
    log.error({ message: 'known', err: { name: 'RangeError', message: 'out of range', stack: 'RangeError: …' } });`;

  const program = { type, imports: { winston: 'winston' }, before, work, env: EXPORT };
  const { lines, records, spans, stderr } = await runLogger(program);

  const ids = { traceId: spans[0]?.traceId, spanId: spans[0]?.spanId };
  expect(stderr).toBe('');
  expect(lines.filter(({ level }) => level !== 'error')).toMatchObject([
    { level: 'info', message: 'placed', order: 7, card: 'xxx', trace_id: ids.traceId },
    { level: 'warn', message: 'slow', request: 1, span_id: ids.spanId },
    { level: 'http', message: 'answered' },
  ]);
  expect(lines.filter(({ level }) => level === 'error')).toHaveLength(4); // both transports write them
  expect(records).toMatchObject([
    { ...ids, severityNumber: 9, severityText: 'info', body: 'placed' },
    { ...ids, severityNumber: 13, severityText: 'warn', body: 'slow' },
    { ...ids, severityNumber: 7, severityText: 'http', body: 'answered' },
    { ...ids, severityNumber: 17, severityText: 'error', body: 'failed broken' },
    { ...ids, severityNumber: 17, severityText: 'error', body: 'known' },
  ]);
  expect(attributesOf(records)).toMatchObject([
    { order: 7, card: 'xxx' },
    { request: 1 },
    {},
    { 'exception.type': 'TypeError', 'exception.message': 'broken' },
    { 'exception.type': 'RangeError', 'exception.message': 'out of range', 'exception.stacktrace': 'RangeError: …' },
  ]);
});

test.each(SYSTEMS)('what console prints becomes one record of its span (%s)', async (type) => {
  const work = `
    console.log('order %d', 7, { tier: 'gold' });
    console.debug('detail');
    console.info('note');
    console.warn('slow');
    console.error('failed', new TypeError('broken'));`;

  const { stdout, records, spans } = await runLogger({ type, imports: {}, work, env: EXPORT });

  const ids = { traceId: spans[0]?.traceId, spanId: spans[0]?.spanId };
  expect(stdout).toBe("order 7 { tier: 'gold' }\ndetail\nnote\n");
  expect(records).toMatchObject([
    { ...ids, severityNumber: 9, severityText: 'log', body: "order 7 { tier: 'gold' }" },
    { ...ids, severityNumber: 5, severityText: 'debug', body: 'detail' },
    { ...ids, severityNumber: 9, severityText: 'info', body: 'note' },
    { ...ids, severityNumber: 13, severityText: 'warn', body: 'slow' },
    { ...ids, severityNumber: 17, attributes: { 'exception.type': 'TypeError', 'exception.message': 'broken' } },
  ]);
});

describe('pino', () => {
  test('serializers, formatters, redaction and the stream hook do their work before a record is made', async () => {
    const before = `const log = pino({
      messageKey: 'message', errorKey: 'error', redact: ['card'], base: { shop: 'north' },
      customLevels: { audit: 35 }, timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ severity: label }), log: (line) => ({ ...line, formatted: true }) },
      serializers: { user: (user) => user.name },
      hooks: { streamWrite: (line) => line.replaceAll('secret', '***') },
    });`;
    const work = `
      log.audit({ card: '4111', user: { name: 'ann', password: 'p' } }, 'a secret');
      log.error({ error: new Error('a secret error') });`;

    const { records } = await runLogger({ type: 'module', imports: { pino: 'pino' }, before, work, env: EXPORT });

    expect(records).toMatchObject([
      { severityNumber: 11, severityText: 'audit', body: 'a ***' },
      { severityNumber: 17, body: 'a *** error' },
    ]);
    expect({ ...records[0]?.attributes }).toEqual({
      severity: 'audit',
      shop: 'north',
      card: '[Redacted]',
      user: 'ann',
      formatted: true,
    });
    expect(records[1]?.attributes['exception.message']).toBe('a *** error');
  });

  test('several copies in one process are all seen', async () => {
    const imports = { pino: 'pino', pino8: 'pino-8', pino9: 'pino-9' };
    const work = `for (const factory of [pino, pino8, pino9]) factory().info({ version: factory.version });`;

    const { records } = await runLogger({ type: 'module', imports, work, env: EXPORT });

    expect(records.map(({ attributes }) => attributes['version'])).toEqual(['10.4.0', '8.21.0', '9.14.0']);
  });

  test('a stream that asks what it is given is told so, and who asks for the stream gets it', async () => {
    const before = `
      const seen = [];
      const asking = { [Symbol.for('pino.metadata')]: true, write(line) { seen.push(this.lastLevel, this.lastMsg, this.lastObj.order); } };
      const log = pino({}, asking);
      const several = pino({ level: 'debug' }, pino.multistream([{ stream: process.stdout, level: 'info' }]));`;
    const work = `
      log.info({ order: 7 }, 'placed');
      several.debug('low');
      several.info('high');
      console.log(JSON.stringify({ seen, same: log[pino.symbols.streamSym] === asking }));`;

    const { lines, records } = await runLogger({
      type: 'module',
      imports: { pino: 'pino' },
      before,
      work,
      env: EXPORT,
    });

    expect(lines).toMatchObject([{ msg: 'high' }, { seen: [30, 'placed', 7], same: true }]);
    expect(records.map(({ body }) => body).slice(0, 3)).toEqual(['placed', 'low', 'high']);
  });
});

describe('no line is sent twice', () => {
  test('when a logger writes through console, or its stream logs again', async () => {
    const before = `
      const log = pino({}, { write: (line) => console.log(line.trimEnd()) });
      const noisy = pino({}, { write: (line) => void log.info('written') });`;

    const { lines, records } = await runLogger({
      type: 'module',
      imports: { pino: 'pino' },
      before,
      work: `log.info('one'); noisy.info('two');`,
      env: EXPORT,
    });

    expect(lines.map(({ msg }) => msg)).toEqual(['one', 'written']);
    expect(records.map(({ body }) => body)).toEqual(['one', 'two']);
  });

  test('when what handles records logs by itself', async () => {
    const config = `
      import pino from 'pino';
      const onEmit = (record) => { globalThis.log?.info('handling ' + record.body); console.log('handling'); };
      const nothing = async () => {};
      export default { logRecordProcessors: [{ onEmit, forceFlush: nothing, shutdown: nothing }] };`;

    const { records } = await runLogger({
      type: 'module',
      imports: { pino: 'pino' },
      before: `globalThis.log = pino();`,
      work: `log.info('one');`,
      env: EXPORT,
      files: { 'clew.config.mjs': config },
    });

    expect(records.map(({ body }) => body)).toEqual(['one']);
  });
});

describe('whether lines are sent', () => {
  const one: LoggerProgram = { type: 'module', imports: {}, work: `console.log('x');` };

  test.each([
    ['not by default', {}, 0],
    ['with the switch', { CLEW_LOGS_EXPORT: 'true' }, 1],
    ['not when none is named beside the switch', { CLEW_LOGS_EXPORT: 'true', OTEL_LOGS_EXPORTER: 'none' }, 0],
    ['not of a logger that is switched off', { ...EXPORT, OTEL_NODE_DISABLED_INSTRUMENTATIONS: 'console' }, 0],
  ])('%s', async (_name, env, count) => {
    const { records, stdout, stderr } = await runLogger({ ...one, env });

    expect({ count: records.length, stdout, stderr }).toEqual({ count, stdout: 'x\n', stderr: '' });
  });

  test('where stdout is collected too, start says so once', async () => {
    const env = { ...EXPORT, KUBERNETES_SERVICE_HOST: '10.0.0.1' };

    const { stderr } = await runLogger({ ...one, env });

    expect(stderr).toBe(
      'clew: logs are exported over OTLP; if the stdout of this container is collected too, each line arrives twice\n',
    );
  });
});

describe('bad input leaves the application as it is without us', () => {
  const BAD = {
    'a cyclic object': `const cyclic = { a: 1 }; cyclic.self = cyclic; log.info(cyclic, 'cyclic');`,
    'a getter that throws': `try { log.info(Object.defineProperty({}, 'bad', { enumerable: true, get() { throw new Error('got') } }), 'x'); }
      catch (error) { process.stdout.write('threw ' + error.message + '\\n'); }`,
    'a message of 10 MB': `log.info('x'.repeat(10 * 1024 * 1024));`,
    'values that are no JSON': `log.info({ fn() {}, sym: Symbol('s'), nan: NaN, date: new Date(0), bytes: Buffer.from('a') }, 'odd');`,
    'no message and no object': `log.info(); log.info(undefined); log.info(null); log.error({ err: null }); log.error({ err: 'text' });`,
  };
  const MAKES = {
    pino: { imports: { pino: 'pino' }, before: `const log = pino({ base: null, timestamp: false });` },
    bunyan: {
      imports: { bunyan: 'bunyan' },
      before: `const log = bunyan.createLogger({ name: 'shop', time: 1, hostname: 'h', pid: 1 });`,
    },
    winston: {
      imports: { winston: 'winston' },
      before: `const log = winston.createLogger({ transports: [new winston.transports.Console()] });`,
    },
    console: { imports: {}, before: `const log = console;` },
  } as const;
  const cases = Object.keys(BAD).flatMap((bad) => Object.keys(MAKES).map((name) => [bad, name] as const));

  test.each(cases)('%s, to %s', async (bad, name) => {
    const program = {
      type: 'module' as const,
      ...MAKES[name as keyof typeof MAKES],
      work: BAD[bad as keyof typeof BAD],
      env: { ...EXPORT, CLEW_LOGS_CORRELATE: 'false', CLEW_LOGS_EVENTS: 'true' },
    };

    const [plain, ours] = [await runLogger({ ...program, preload: false }), await runLogger(program)];

    expect(ours.stdout === plain.stdout).toBe(true); // not toBe: one may be 10 MB long
    expect([ours.stderr, ours.code]).toEqual([plain.stderr, plain.code]);
  });

  test('a destination that throws, and one that is slow', async () => {
    const program = {
      type: 'module' as const,
      imports: { pino: 'pino' },
      before: `
        const throwing = pino({ base: null }, { write() { throw new Error('disk full'); } });
        const slow = pino({ base: null, timestamp: false }, { write: (line) => setTimeout(() => process.stdout.write(line), 50) });`,
      work: `
        try { throwing.info('x'); } catch (error) { process.stdout.write('threw ' + error.message + '\\n'); }
        slow.info('late');`,
      env: { ...EXPORT, CLEW_LOGS_CORRELATE: 'false' },
    };

    const [plain, ours] = [await runLogger({ ...program, preload: false }), await runLogger(program)];

    expect([ours.stdout, ours.stderr, ours.code]).toEqual([plain.stdout, plain.stderr, plain.code]);
    expect(ours.records.map(({ body }) => body)).toEqual(['x', 'late']);
  });

  test('a logger that was made before the start writes its lines', async () => {
    const before = `const log = pino({ base: null, timestamp: false }); start({ exporters: { logs: ['otlp'] } });`;

    const { stdout, stderr } = await runLogger({
      type: 'module',
      imports: { pino: 'pino', '{ start }': '@clew/sdk' },
      before,
      work: `log.info('early');`,
      preload: false,
    });

    expect(stdout).toBe('{"level":30,"msg":"early"}\n');
    expect(stderr).toBe(
      'clew: pino was loaded before start() and is not traced; use node --import @clew/sdk/register\n',
    );
  });
});

const attributesOf = (records: readonly { readonly attributes: object }[]) =>
  records.map(({ attributes }) => ({ ...attributes }));

test('a record of the package that had the logs before the API arrives, with the ids of its span', async () => {
  const before = `const provider = () => globalThis[Symbol.for('io.opentelemetry.js.api.logs')]?.(1);`;
  const work = `provider().getLogger('library').emit({ body: 'by the older one', severityNumber: 9 });`;

  const { records, spans, stderr } = await runLogger({ type: 'module', imports: {}, before, work, env: EXPORT });

  expect(stderr).toBe('');
  expect(records).toMatchObject([{ body: 'by the older one', severityNumber: 9, spanId: spans[0]?.spanId }]);
});
