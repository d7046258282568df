import { durationNanos } from '../span-record.ts';
import { firstLocalRoot, type Trace, traceExtent, traceHasError } from '../trace.ts';
import { formatDuration } from '../reading/format-duration.ts';
import { createPaint } from './paint.ts';
import { involved } from '../reading/peer-systems.ts';
import { cut, displayWidth, pad, printableStart } from './printable.ts';
import { spanLabel } from '../reading/span-label.ts';

export interface TraceLineOptions {
  /** Width of the terminal. Default: 100. */
  readonly columns?: number;
  /** Default: false. */
  readonly colors?: boolean;
}

const DEFAULT_COLUMNS = 100;
const NAME_WIDTH = 28;
const ID_LENGTH = 8;

/**
 * A trace on one line: whether it failed, its root, the HTTP status, how long the root took, how many spans there are,
 * who took part, the beginning of its id.
 */
export function traceLine(trace: Trace, options: TraceLineOptions = {}): string {
  const paint = createPaint(options.colors ?? false);
  const root = firstLocalRoot(trace);
  const failed = traceHasError(trace);
  const status = root?.attributes['http.response.status_code'] ?? root?.attributes['http.status_code'];
  const [first = '', ...others] = involved(trace).map(printableStart);
  const rest = [
    (typeof status === 'number' ? String(status) : '').padStart(3),
    traceDuration(trace).padStart(7),
    `${trace.spans.length} ${trace.spans.length === 1 ? 'span' : 'spans'}`.padStart(8),
    others.length === 0 ? first : `${first} → ${others.join(', ')}`,
  ].join('  ');
  const id = trace.traceId.slice(0, ID_LENGTH);
  const room = (options.columns ?? DEFAULT_COLUMNS) - ID_LENGTH - 4;
  // A longer name takes what the rest leaves; the columns of its line are not those of the others then.
  const nameRoom = Math.max(NAME_WIDTH, room - displayWidth(rest) - 2);
  const name = cut(printableStart(root ? spanLabel(root) : '(root not received)'), nameRoom);
  const text = cut(`${pad(name, NAME_WIDTH)}  ${rest}`, room);
  const mark = failed ? paint('red', '✖') : paint('green', '●');
  return `${mark} ${failed ? paint('red', text) : text}  ${paint('dim', id)}`;
}

/** How long the root took; without a root, from the first start to the last end. */
function traceDuration(trace: Trace): string {
  return formatDuration(traceDurationNanos(trace));
}

export function traceDurationNanos(trace: Trace): bigint {
  const root = firstLocalRoot(trace);
  if (root !== undefined) return durationNanos(root);
  const { start, end } = traceExtent(trace);
  return end - start;
}
