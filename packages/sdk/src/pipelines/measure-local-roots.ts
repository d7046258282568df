import { SpanStatusCode, type Attributes, type Meter, type SpanKind } from '@opentelemetry/api';
import type { TraceLifetimes } from '@clew/spans/internal';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import {
  ATTR_ERROR_TYPE,
  ATTR_HTTP_REQUEST_METHOD,
  ATTR_HTTP_ROUTE,
  ERROR_TYPE_VALUE_OTHER,
} from '@opentelemetry/semantic-conventions/incubating';

/**
 * Measures each recorded local root as it ends, whatever is decided about its trace, as the histogram
 * `clew.local_root.duration` in seconds: its count is their number, and those that failed have `error.type`.
 *
 * There are at most 1,000 combinations of attributes for as long as the thread runs, and each text has at most 256
 * characters. What comes later is measured with `otel.metric.overflow`, and failures among that stay failures. The limit
 * of OpenTelemetry's SDK would not do: it is one for each interval, while cumulative series stay.
 *
 * @param common attributes that all of them get
 * @returns ends the measuring
 */
export function measureLocalRoots(
  meter: Meter,
  lifetimes: Pick<TraceLifetimes, 'subscribe'>,
  common: Attributes = {},
): () => void {
  const histogram = meter.createHistogram('clew.local_root.duration', {
    description: 'Duration of local roots, kept or not.',
    unit: 's',
    advice: { explicitBucketBoundaries: BOUNDARIES },
  });
  const attributesOf = createSeries(common);
  return lifetimes.subscribe({
    spanEnded(span, isLocalRoot) {
      if (!isLocalRoot) return;
      const root = span as ReadableSpan;
      histogram.record(secondsOf(root), attributesOf(root));
    },
  });
}

/** Those that the semantic conventions ask for where durations of requests are measured. */
const BOUNDARIES = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];
const MAX_SERIES = 1000;
const MAX_TEXT_LENGTH = 256;
const NANOS = 1e9;

/** By the number of the kind, in the words of a sampling policy. */
const KINDS = ['internal', 'server', 'client', 'producer', 'consumer'];
const ATTR_SPAN_KIND = 'span.kind';
const ATTR_SPAN_NAME = 'span.name';
/** The specification's name for what is beyond a limit. */
const ATTR_OVERFLOW = 'otel.metric.overflow';

/** A duration that is none still counts: as 0, which the histogram takes. */
function secondsOf({ duration: [seconds, nanos] }: ReadableSpan): number {
  const all = seconds + nanos / NANOS;
  return all >= 0 && Number.isFinite(all) ? all : 0;
}

/** What local roots are told apart by, and the attributes of those that are alike. */
interface Series {
  readonly kind: SpanKind;
  readonly isRoute: boolean;
  readonly method: string;
  readonly errorType: string;
  readonly attributes: Attributes;
}

/** Returns the same object for local roots that are alike. */
function createSeries(common: Attributes): (span: ReadableSpan) => Attributes {
  const byPlace = new Map<string, Series[]>(); // by a text that most spans share: to join several for a key takes longer
  let size = 0;
  const overflow: Attributes = { ...common, [ATTR_OVERFLOW]: true };
  const failedOverflow: Attributes = { ...overflow, [ATTR_ERROR_TYPE]: ERROR_TYPE_VALUE_OTHER };
  return ({ name, kind, status, attributes }) => {
    const isFailed = status.code === SpanStatusCode.ERROR;
    const errorType = isFailed ? (textIn(attributes, ATTR_ERROR_TYPE) ?? ERROR_TYPE_VALUE_OTHER) : '';
    const method = textIn(attributes, ATTR_HTTP_REQUEST_METHOD) ?? '';
    const route = textIn(attributes, ATTR_HTTP_ROUTE);
    const place = route ?? cut(name);
    const isRoute = route !== undefined;
    const known = byPlace.get(place);
    if (known !== undefined) {
      for (const each of known) {
        const isSame = each.kind === kind && each.isRoute === isRoute;
        if (isSame && each.method === method && each.errorType === errorType) return each.attributes;
      }
    }
    if (size >= MAX_SERIES) return isFailed ? failedOverflow : overflow;
    size += 1;
    const facts = { kind, isRoute, method: copy(method), errorType: copy(errorType) };
    const series = { ...facts, attributes: { ...common, ...attributesFor(facts, place) } };
    if (known === undefined) byPlace.set(copy(place), [series]);
    else known.push(series);
    return series.attributes;
  };
}

function attributesFor(facts: Omit<Series, 'attributes'>, place: string): Attributes {
  const { kind, isRoute, method, errorType } = facts;
  return {
    [ATTR_SPAN_KIND]: KINDS[kind] ?? 'internal',
    [isRoute ? ATTR_HTTP_ROUTE : ATTR_SPAN_NAME]: wellFormed(place),
    ...(method !== '' && { [ATTR_HTTP_REQUEST_METHOD]: wellFormed(method) }),
    ...(errorType !== '' && { [ATTR_ERROR_TYPE]: wellFormed(errorType) }),
  };
}

function textIn(attributes: Attributes, name: string): string | undefined {
  const value = attributes[name];
  return typeof value === 'string' && value !== '' ? cut(value) : undefined;
}

const cut = (text: string): string => (text.length <= MAX_TEXT_LENGTH ? text : text.slice(0, MAX_TEXT_LENGTH));

/** The same text in memory of its own: a part of a text keeps all of that. */
const copy = (text: string): string => Buffer.from(text, 'utf16le').toString('utf16le');

/** Half of a surrogate pair becomes U+FFFD. */
const wellFormed = (text: string): string => Buffer.from(text).toString();
