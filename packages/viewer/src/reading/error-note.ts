import type { AttributeValue, Attributes } from '../attribute-value.ts';
import { hasError, isException, type SpanRecord } from '../span-record.ts';
import { firstText } from './first-text.ts';

// `at charge (file:///app/payments/charge.ts:120:11)` or `at /app/payments/charge.ts:120:11`
const FRAME = /^\s*at (?:.*\()?(?:file:\/\/)?([^()]+?):(\d+):\d+\)?$/;
const FOREIGN = /node_modules|^node:/;
const MAX_STACK = 20_000; // characters; the frames of the application stand at the top

/** Attributes that say what went wrong where neither an exception nor the status does, the best first. */
const MESSAGES = ['error.message', 'exception.message', 'grpc.error_message', 'rpc.jsonrpc.error_message'];
const CODES: readonly (readonly [key: string, nameOf: (code: AttributeValue | undefined) => string])[] = [
  ['http.response.status_code', httpStatus],
  ['http.status_code', httpStatus],
  ['rpc.grpc.status_code', grpcStatus],
  ['rpc.response.status_code', (code) => named('status', code)],
  ['rpc.connect_rpc.error_code', (code) => named('Connect', code)],
  ['rpc.jsonrpc.error_code', (code) => named('JSON-RPC', code)],
  ['db.response.status_code', (code) => named('status', code)],
];
/** @see https://grpc.io/docs/guides/status-codes/ */
const GRPC_STATUSES = [
  'OK',
  'CANCELLED',
  'UNKNOWN',
  'INVALID_ARGUMENT',
  'DEADLINE_EXCEEDED',
  'NOT_FOUND',
  'ALREADY_EXISTS',
  'PERMISSION_DENIED',
  'RESOURCE_EXHAUSTED',
  'FAILED_PRECONDITION',
  'ABORTED',
  'OUT_OF_RANGE',
  'UNIMPLEMENTED',
  'INTERNAL',
  'UNAVAILABLE',
  'DATA_LOSS',
  'UNAUTHENTICATED',
];

/**
 * Tells what went wrong in a span, e.g. `Error: card declined at payments/charge.ts:120`: its last exception, or else
 * its status, or else what its attributes say. `undefined` for a span without an error.
 */
export function errorNote(span: SpanRecord): string | undefined {
  if (!hasError(span)) return undefined;
  const exception = span.events.findLast(isException)?.attributes;
  const message = (exception && exceptionText(exception)) || span.status.message;
  const location = (exception && stackLocation(exception)) ?? codeLocation(span.attributes);
  if (message) return located(message, location) + codeBehind(message, span.attributes);
  return located(attributesText(span.attributes) || 'failed without a message', location);
}

/**
 * The exceptions of a span that its `errorNote` does not tell, in order and each once: those before the last, or all
 * where the status is no error, since not everyone who records an exception sets it.
 */
export function exceptionNotes(span: SpanRecord): string[] {
  const exceptions = span.events.filter(isException).map(({ attributes }) => attributes);
  const told = hasError(span) ? exceptions.at(-1) : undefined;
  const toldText = told && exceptionText(told);
  const others = exceptions.filter((exception) => exception !== told && exceptionText(exception) !== toldText);
  return [
    ...new Set(
      others.map((exception) =>
        located(exceptionText(exception) || 'an exception without a message', stackLocation(exception)),
      ),
    ),
  ];
}

/** Tells if one of some notes has the same error, perhaps with a code behind it. */
export function isToldBy(notes: ReadonlySet<string>, error: string): boolean {
  return notes.has(error) || [...notes].some((note) => note.startsWith(`${error} (`));
}

function exceptionText(exception: Attributes): string {
  const parts = [text(exception, 'exception.type'), text(exception, 'exception.message')];
  return parts.filter((part) => part !== '').join(': ');
}

function located(told: string, location: string | undefined): string {
  return location === undefined ? told : `${told} at ${location}`;
}

/** The code of a database or an RPC, unless the message has it: ` (status 23505)`. */
function codeBehind(message: string, attributes: Attributes): string {
  const code = CODES.filter(([key]) => !key.startsWith('http.'))
    .map(([key, nameOf]) => nameOf(attributes[key]))
    .find((name) => name !== '');
  const isTold = code === undefined || message.includes(code.slice(code.indexOf(' ') + 1));
  return isTold ? '' : ` (${code})`;
}

/** `error.type` is a name, or digits where HTTP has its status there: then the code with its protocol says more. */
function attributesText(attributes: Attributes): string {
  const type = text(attributes, 'error.type');
  const isName = type !== '' && !/^\d+$/.test(type);
  const code = CODES.map(([key, nameOf]) => nameOf(attributes[key])).find((name) => name !== '') ?? type;
  const what = (isName ? type : code) || (firstText(attributes, ['exception.type', 'grpc.error_name']) ?? '');
  return [what, firstText(attributes, MESSAGES) ?? ''].filter((part) => part !== '').join(': ');
}

function httpStatus(code: AttributeValue | undefined): string {
  return Number(code) < 400 ? '' : named('HTTP', code);
}

function grpcStatus(code: AttributeValue | undefined): string {
  return code === 0 ? '' : named('gRPC', (typeof code === 'number' ? GRPC_STATUSES[code] : undefined) ?? code);
}

function named(protocol: string, code: AttributeValue | undefined): string {
  return typeof code === 'number' || (typeof code === 'string' && code !== '') ? `${protocol} ${code}` : '';
}

/** The first frame of the application's own code. */
function stackLocation(exception: Attributes): string | undefined {
  for (const line of text(exception, 'exception.stacktrace').slice(0, MAX_STACK).split('\n')) {
    const [, file, lineNumber] = FRAME.exec(line) ?? [];
    if (file !== undefined && !FOREIGN.test(file)) return `${shortPath(file)}:${lineNumber}`;
  }
  return undefined;
}

function codeLocation(attributes: Attributes): string | undefined {
  const file = firstText(attributes, ['code.file.path', 'code.filepath']);
  const line = attributes['code.line.number'] ?? attributes['code.lineno'];
  if (file === undefined) return undefined;
  return typeof line === 'number' ? `${shortPath(file)}:${line}` : shortPath(file);
}

/** The file with its folder: enough to recognise it, and short. */
function shortPath(path: string): string {
  return path.split(/[\\/]/).slice(-2).join('/');
}

function text(attributes: Attributes, key: string): string {
  const value = attributes[key];
  return typeof value === 'string' ? value : '';
}
