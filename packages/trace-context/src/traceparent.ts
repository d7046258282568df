import { hexBits } from './hex.ts';
import { KNOWN_FLAGS } from './trace-flags.ts';

/** The fields of a `traceparent` header, for version 00 and for what later versions have in common with it. */
export interface Traceparent {
  /** 32 lowercase hex digits, not all zero. */
  readonly traceId: string;
  /** 16 lowercase hex digits, not all zero: the id of the caller's operation, or of ours when we are the caller. */
  readonly parentId: string;
  /** The known bits only: 1 is sampled, 2 is random. */
  readonly traceFlags: number;
}

/** The version this package writes. */
const VERSION = '00';
/** Never a version: https://www.w3.org/TR/trace-context-2/#version */
const FORBIDDEN_VERSION = 'ff';
/** `00-<32 hex>-<16 hex>-<2 hex>`; later versions may append fields. */
const LENGTH = 55;

/**
 * Parses one `traceparent` value such as `00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01`. A value of a later
 * version is read as far as version 00 goes. For a header as it came, use `receiveTraceparent`: it knows what several
 * headers and the white space around a field mean.
 *
 * @returns the fields, or `undefined` when a receiver must ignore the value; never throws
 * @see https://www.w3.org/TR/trace-context-2/#traceparent-header
 */
export function parseTraceparent(value: string | null | undefined): Traceparent | undefined {
  if (typeof value !== 'string' || value.length < LENGTH) return undefined;
  if (value[2] !== '-' || value[35] !== '-' || value[52] !== '-') return undefined;
  const traceIdBits = hexBits(value, 3, 35);
  const parentIdBits = hexBits(value, 36, 52);
  if (traceIdBits === 0 || parentIdBits === 0) return undefined;
  if ((hexBits(value, 0, 2) | traceIdBits | parentIdBits | hexBits(value, 53, 55)) > 0xf) return undefined;
  if (value.startsWith(FORBIDDEN_VERSION)) return undefined;
  // Only later versions may append fields, and only after a dash.
  if (value.length > LENGTH && (value[LENGTH] !== '-' || value.startsWith(VERSION))) return undefined;
  return {
    traceId: value.slice(3, 35),
    parentId: value.slice(36, 52),
    traceFlags: hexBits(value, 54, 55) & KNOWN_FLAGS,
  };
}

/**
 * Writes a `traceparent` value of version 00 with the known flags only. Ids are written as they are: they come from
 * `parseTraceparent`, `createTraceparent` and `childOf`, which make no others than valid ones.
 *
 * @see https://www.w3.org/TR/trace-context-2/#traceparent-header
 */
export function formatTraceparent({ traceId, parentId, traceFlags }: Traceparent): string {
  return `${VERSION}-${traceId}-${parentId}-0${traceFlags & KNOWN_FLAGS}`;
}
