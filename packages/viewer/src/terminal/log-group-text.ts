import { createAttributes } from '../attribute-value.ts';
import type { LogGroup } from '../log-lines/create-log-groups.ts';
import type { JsonLogLine } from '../log-lines/log-line.ts';
import { type LogOrder, orderLogLines } from '../log-lines/order-log-lines.ts';
import { formatValue } from '../reading/format-value.ts';
import { createPaint, type Format, type Paint } from './paint.ts';
import { cut, displayWidth, pad, printable, printableStart } from './printable.ts';

export interface LogTextOptions {
  /** Default: lines are as long as they are. */
  readonly columns?: number;
  /** Default: false. */
  readonly colors?: boolean;
}

const UNKNOWN = '-';
const DATE = 'YYYY-MM-DD';
const TIME = 'HH:MM:SS.sss';
const LEVEL_WIDTH = 5;
const MAX_LEVEL_WIDTH = 12;
const MARGIN = '  ';
const MAX_SERVICE_WIDTH = 24;
const INDENT = '  ';
const MAX_INDENT = 8;
const ORDERS: Readonly<Record<LogOrder, string>> = {
  causal: 'in causal order',
  'partly causal': 'in causal order where parents are known, else in time order',
  time: 'in time order',
  input: 'without times, as they came',
};
const FORMATS: Readonly<Record<string, Format>> = {
  emerg: 'red',
  alert: 'red',
  crit: 'red',
  critical: 'red',
  fatal: 'red',
  error: 'red',
  warn: 'yellow',
  warning: 'yellow',
  debug: 'dim',
  trace: 'dim',
};

/**
 * The log lines of a trace as text: a heading with its id and day, how many lines there are, of which services, and in
 * what order; then each line with its time of day (UTC), level, service and message, indented below the line of the
 * span that caused it. What is on the lines cannot steer the terminal.
 *
 * @returns lines with `\n` between them and none at the end
 */
export function logGroupText({ traceId, lines }: LogGroup, options: LogTextOptions = {}): string {
  const paint = createPaint(options.colors ?? false);
  const ordered = orderLogLines(lines);
  const services = [...new Set(ordered.lines.map(({ line }) => serviceOf(line)))];
  const serviceWidth = Math.max(...services.map(displayWidth));
  const failed = lines.some(({ level }) => formatOf(level) === 'red');
  const dated = ordered.lines.find(({ line }) => line.timeUnixNano !== 0n);
  const facts = [
    ...(dated === undefined ? [] : [isoTime(dated.line.timeUnixNano).slice(0, DATE.length)]),
    lines.length === 1 ? '1 line' : `${lines.length} lines`,
    services.join(', '),
    ...(lines.length === 1 ? [] : [ORDERS[ordered.order]]),
  ];
  const room = (options.columns ?? Infinity) - displayWidth(`● ${traceId}  `);
  return [
    `${failed ? paint('red', '✖') : paint('green', '●')} ${paint('bold', traceId)}  ${cut(facts.join('  '), room)}`,
    ...ordered.lines.map(({ line, depth }) => rowOf(line, { ...options, paint, depth, serviceWidth })),
  ].join('\n');
}

/** One log line as it stands below the heading of a trace. */
export function logLineText(line: JsonLogLine, options: LogTextOptions = {}): string {
  const paint = createPaint(options.colors ?? false);
  return rowOf(line, { ...options, paint, depth: 0, serviceWidth: displayWidth(serviceOf(line)) });
}

interface RowOptions {
  readonly columns?: number;
  readonly paint: Paint;
  readonly depth: number;
  readonly serviceWidth: number;
}

function rowOf(line: JsonLogLine, { columns = Infinity, paint, depth, serviceWidth }: RowOptions): string {
  const format = formatOf(line.level);
  const time = timeOf(line);
  const level = pad(cut(printableStart(line.level.toUpperCase()), MAX_LEVEL_WIDTH), LEVEL_WIDTH);
  const service = pad(serviceOf(line), serviceWidth);
  const message = INDENT.repeat(Math.min(depth, MAX_INDENT)) + printable(messageOf(line));
  const room = columns - displayWidth(`${MARGIN}${time} ${level} ${service} `);
  return `${MARGIN}${paint('dim', time)} ${paint(format, level)} ${service} ${paint(format, cut(message, room))}`;
}

function serviceOf({ service = '' }: JsonLogLine): string {
  return cut(printableStart(service), MAX_SERVICE_WIDTH) || UNKNOWN;
}

/** `order placed {order: 7}`: the fields without the one that is the name of the service. */
function messageOf({ message, fields, service }: JsonLogLine): string {
  const others = createAttributes();
  for (const [key, value] of Object.entries(fields)) if (value !== service) others[key] = value;
  return [message, Object.keys(others).length === 0 ? '' : formatValue(others)].filter((part) => part !== '').join(' ');
}

function timeOf({ timeUnixNano }: JsonLogLine): string {
  if (timeUnixNano === 0n) return UNKNOWN.padEnd(TIME.length);
  return isoTime(timeUnixNano).slice(-TIME.length - 1, -1);
}

function isoTime(timeUnixNano: bigint): string {
  return new Date(Number(timeUnixNano / 1_000_000n)).toISOString();
}

function formatOf(level: string): Format {
  return Object.hasOwn(FORMATS, level) ? (FORMATS[level] ?? 'reset') : 'reset';
}
