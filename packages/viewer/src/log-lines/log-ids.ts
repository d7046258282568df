const TRACE_ID = /^(?!0{32})[\da-f]{32}$/i;
const SPAN_ID = /^(?!0{16})[\da-f]{16}$/i;
const GOOGLE_TRACE = /^projects\/[^/]+\/traces\/([^/]+)$/;
const DECIMAL = /^(?!0+$)\d{1,20}$/;
const MAX_UINT_64 = 2n ** 64n - 1n;

/** A trace id as OpenTelemetry writes it. Here and below: ids in lowercase hex, `undefined` for what is no valid one. */
export function hexTraceId(value: unknown): string | undefined {
  return typeof value === 'string' && TRACE_ID.test(value) ? value.toLowerCase() : undefined;
}

export function hexSpanId(value: unknown): string | undefined {
  return typeof value === 'string' && SPAN_ID.test(value) ? value.toLowerCase() : undefined;
}

/** `projects/<project>/traces/<id>`, or the id alone. @see https://cloud.google.com/trace/docs/trace-log-integration */
export function googleTraceId(value: unknown): string | undefined {
  if (typeof value !== 'string') return undefined;
  return hexTraceId(GOOGLE_TRACE.exec(value)?.[1] ?? value);
}

/** The id in hex, or its second half as a decimal number, which gets 16 zeros in front. */
export function datadogTraceId(value: unknown): string | undefined {
  return hexTraceId(value) ?? decimalId(value)?.padStart(32, '0');
}

/** 64 bits as a decimal number. */
export function datadogSpanId(value: unknown): string | undefined {
  return decimalId(value);
}

function decimalId(value: unknown): string | undefined {
  const text = Number.isSafeInteger(value) ? String(value) : value; // a greater number has lost digits already
  if (typeof text !== 'string' || !DECIMAL.test(text)) return undefined;
  const id = BigInt(text);
  return id > MAX_UINT_64 ? undefined : id.toString(16).padStart(16, '0');
}
