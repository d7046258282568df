import type { Attributes } from '../attribute-value.ts';
import { hasError, type SpanRecord } from '../span-record.ts';

// `at charge (file:///app/payments/charge.ts:120:11)` or `at /app/payments/charge.ts:120:11`
const FRAME = /^\s*at (?:.*\()?(?:file:\/\/)?([^()]+?):(\d+):\d+\)?$/;
const FOREIGN = /node_modules|^node:/;

/**
 * What went wrong in a span, e.g. `Error: card declined at payments/charge.ts:120`: its last exception, or else its
 * status. `undefined` for a span without an error.
 */
export function errorNote(span: SpanRecord): string | undefined {
  if (!hasError(span)) return undefined;
  const exception = span.events.findLast(({ name }) => name === 'exception')?.attributes;
  const message = (exception && exceptionText(exception)) || span.status.message || errorType(span.attributes);
  const location =
    (exception && stackLocation(text(exception, 'exception.stacktrace'))) ?? codeLocation(span.attributes);
  return [message || 'failed without a message', location].filter((part) => part !== undefined).join(' at ');
}

function exceptionText(exception: Attributes): string {
  const parts = [text(exception, 'exception.type'), text(exception, 'exception.message')];
  return parts.filter((part) => part !== '').join(': ');
}

/** HTTP has its status there, as digits; others have a name. */
function errorType(attributes: Attributes): string {
  const type = text(attributes, 'error.type');
  return Number(type) === attributes['http.response.status_code'] ? `HTTP ${type}` : type;
}

/** The first frame of the application's own code. */
function stackLocation(stack: string): string | undefined {
  for (const line of stack.split('\n')) {
    const [, file, lineNumber] = FRAME.exec(line) ?? [];
    if (file !== undefined && !FOREIGN.test(file)) return `${shortPath(file)}:${lineNumber}`;
  }
  return undefined;
}

function codeLocation(attributes: Attributes): string | undefined {
  const file = text(attributes, 'code.file.path') || text(attributes, 'code.filepath');
  const line = attributes['code.line.number'] ?? attributes['code.lineno'];
  if (file === '') return undefined;
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
