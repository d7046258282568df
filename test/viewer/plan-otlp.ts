/** A span in a few words, with what is below it. */
export interface PlannedSpan {
  readonly name: string;
  /** 16 hex digits. Default: made up from its place. */
  readonly id?: string;
  /** Id of a parent that is not in the plan. */
  readonly parent?: string;
  /** Default: that of the span above. */
  readonly service?: string;
  readonly kind?: 'internal' | 'server' | 'client' | 'producer' | 'consumer';
  /** Milliseconds after the trace began, and its length, default 1. */
  readonly at?: number;
  readonly took?: number;
  readonly attributes?: Attributes;
  /** Marks the span as failed, with the message of its status. */
  readonly failed?: string;
  readonly exception?: { readonly type: string; readonly message: string; readonly stack?: string };
  readonly events?: Readonly<Record<string, Attributes>>;
  readonly links?: readonly { readonly traceId: string; readonly spanId: string; readonly attributes?: Attributes }[];
  readonly logs?: readonly { readonly severity: number; readonly text: string; readonly attributes?: Attributes }[];
  readonly resource?: Attributes;
  readonly traceState?: string;
  readonly below?: readonly PlannedSpan[];
}

export type Attributes = Readonly<Record<string, string | number | boolean>>;

/** A trace as OTLP over HTTP in JSON: the bodies of two requests. */
export interface PlannedOtlp {
  readonly traces: object;
  readonly logs: object;
}

const KINDS = { internal: 1, server: 2, client: 3, producer: 4, consumer: 5 } as const;

/** @param beganMillis when the trace began, in milliseconds since 1970 */
export function planOtlp(
  traceId: string,
  tops: readonly PlannedSpan[],
  beganMillis: number = Date.now() - 60_000,
): PlannedOtlp {
  const resourceSpans: object[] = [];
  const resourceLogs: object[] = [];
  const open = tops.toReversed().map((plan) => ({ plan, parent: plan.parent, service: plan.service ?? 'orders' }));
  let count = 0;
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { plan, parent, service } = next;
    const spanId = plan.id ?? (++count).toString(16).padStart(16, '0');
    const time = (millis: number) => String(BigInt(Math.round((beganMillis + millis) * 1000)) * 1000n);
    const [start, end] = [time(plan.at ?? 0), time((plan.at ?? 0) + (plan.took ?? 1))];
    const resource = { attributes: pairs({ 'service.name': service, ...plan.resource }) };
    const span = {
      traceId,
      spanId,
      ...(parent !== undefined && { parentSpanId: parent }),
      ...(plan.traceState !== undefined && { traceState: plan.traceState }),
      name: plan.name,
      kind: KINDS[plan.kind ?? 'internal'],
      startTimeUnixNano: start,
      endTimeUnixNano: end,
      attributes: pairs(plan.attributes ?? {}),
      status: statusOf(plan),
      events: eventsOf(plan, end),
      links: (plan.links ?? []).map(({ attributes, ...link }) => ({ ...link, attributes: pairs(attributes ?? {}) })),
    };
    resourceSpans.push({ resource, scopeSpans: [{ scope: { name: 'planned' }, spans: [span] }] });
    const logRecords = (plan.logs ?? []).map(({ severity, text, attributes }) => ({
      timeUnixNano: time((plan.at ?? 0) + (plan.took ?? 1) / 2),
      severityNumber: severity,
      severityText: severity >= 17 ? 'ERROR' : severity >= 13 ? 'WARN' : 'INFO',
      body: { stringValue: text },
      attributes: pairs(attributes ?? {}),
      traceId,
      spanId,
    }));
    if (logRecords.length > 0) resourceLogs.push({ resource, scopeLogs: [{ logRecords }] });
    for (const below of (plan.below ?? []).toReversed()) {
      open.push({ plan: below, parent: spanId, service: below.service ?? service });
    }
  }
  return { traces: { resourceSpans }, logs: { resourceLogs } };
}

/** Sends a planned trace to a viewer. */
export async function sendTrace(
  url: string,
  traceId: string,
  tops: readonly PlannedSpan[],
  beganMillis?: number,
): Promise<void> {
  const { traces, logs } = planOtlp(traceId, tops, beganMillis);
  await post(`${url}/v1/traces`, traces);
  await post(`${url}/v1/logs`, logs);
}

/** Sends the values of gauges, by their names. */
export async function sendGauges(
  url: string,
  service: string,
  gauges: Readonly<Record<string, number>>,
): Promise<void> {
  const metrics = Object.entries(gauges).map(([name, value]) => ({
    name,
    unit: 'By',
    gauge: { dataPoints: [{ asInt: String(value), timeUnixNano: `${Date.now()}000000`, attributes: [] }] },
  }));
  const resource = { attributes: pairs({ 'service.name': service }) };
  await post(`${url}/v1/metrics`, { resourceMetrics: [{ resource, scopeMetrics: [{ metrics }] }] });
}

/** Posts JSON, and fails when it is not accepted. */
export async function post(url: string, body: object): Promise<void> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`${url} answered ${response.status}: ${await response.text()}`);
}

function statusOf({ failed, exception }: PlannedSpan): object {
  if (failed === undefined && exception === undefined) return {};
  return { code: 2, message: failed ?? exception?.message ?? '' };
}

function eventsOf({ events = {}, exception }: PlannedSpan, timeUnixNano: string): object[] {
  const named = Object.entries(events).map(([name, attributes]) => ({
    timeUnixNano,
    name,
    attributes: pairs(attributes),
  }));
  if (exception === undefined) return named;
  const attributes = pairs({
    'exception.type': exception.type,
    'exception.message': exception.message,
    'exception.stacktrace': exception.stack ?? '',
  });
  return [...named, { timeUnixNano, name: 'exception', attributes }];
}

function pairs(attributes: Attributes): object[] {
  return Object.entries(attributes).map(([key, value]) => ({ key, value: valueOf(value) }));
}

function valueOf(value: string | number | boolean): object {
  if (typeof value === 'string') return { stringValue: value };
  if (typeof value === 'boolean') return { boolValue: value };
  return Number.isInteger(value) ? { intValue: String(value) } : { doubleValue: value };
}
