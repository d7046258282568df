import type { TraceSummary } from '../api/answers.ts';
import type { AttributeValue, Attributes } from '../attribute-value.ts';
import type { LogRecord } from '../log-record.ts';
import { type Resource, serviceName } from '../resource.ts';
import { durationNanos, hasError, SPAN_KIND, type SpanEvent, type SpanRecord, STATUS_CODE } from '../span-record.ts';
import type { Trace } from '../trace.ts';
import { createGlob } from './create-glob.ts';
import type { Comparison, Field, SearchTerm } from './parse-search.ts';
import { someText } from './some-text.ts';
import { spanLabel } from './span-label.ts';

/** A search that can be asked what matches it. */
export interface Search {
  /**
   * Looks whether every term holds somewhere in the trace: each may hold in another span or log line. Yields now and
   * then, so that a long search can let others have their turn. Asks for the summary only where it is needed.
   */
  matchTrace(trace: Trace, summarize: () => TraceSummary | undefined): Generator<undefined, boolean>;
  /** Tells if every term holds in the span or in one of its log lines. */
  matchSpan(span: SpanRecord, logs: readonly LogRecord[]): boolean;
  matchLog(log: LogRecord): boolean;
}

/** One term, ready to be tested. */
interface Test {
  readonly negated: boolean;
  /** Only for what is said about a trace as a whole; the spans are then not asked. */
  readonly trace?: (summary: TraceSummary) => boolean;
  readonly span: (facts: SpanFacts) => boolean;
  readonly log: (log: LogRecord) => boolean;
}

/** A span with its parts, each decoded once. */
interface SpanFacts {
  readonly span: SpanRecord;
  readonly attributes: () => Attributes;
  readonly events: () => readonly SpanEvent[];
}

const ERROR_SEVERITY = 17;
const MIN_ID_PREFIX = 4;
const SPANS_AT_A_TIME = 128;

export function compileSearch(terms: readonly SearchTerm[]): Search {
  const tests = terms.map(testOf);
  const ofTraces = tests.filter(({ trace }) => trace !== undefined);
  const ofParts = tests.filter(({ trace }) => trace === undefined);

  return {
    *matchTrace(trace, summarize) {
      const summary = ofTraces.length === 0 ? undefined : summarize();
      if (ofTraces.length > 0 && summary === undefined) return false; // it had to go meanwhile
      if (ofTraces.some((test) => summary !== undefined && test.trace?.(summary) === test.negated)) return false;
      const open = new Set(ofParts);
      if (open.size === 0) return true;
      let seen = 0;
      for (const span of trace.spans) {
        const facts = factsOf(span);
        if (finds(open, ({ span }) => span(facts))) return false;
        if (open.size === 0) return true;
        if (++seen % SPANS_AT_A_TIME === 0) yield;
      }
      for (const log of trace.logs) {
        if (finds(open, (test) => test.log(log))) return false;
        if (open.size === 0) return true;
        if (++seen % SPANS_AT_A_TIME === 0) yield;
      }
      return [...open].every(({ negated }) => negated);
    },
    matchSpan(span, logs) {
      const facts = factsOf(span);
      return tests.every((test) => (test.span(facts) || logs.some(test.log)) !== test.negated);
    },
    matchLog: (log) => tests.every((test) => test.log(log) !== test.negated),
  };
}

/** Takes the tests that hold from those that are open. @returns true when one of them should not have held */
function finds(open: Set<Test>, holds: (test: Test) => boolean): boolean {
  for (const test of open) {
    if (!holds(test)) continue;
    if (test.negated) return true;
    open.delete(test);
  }
  return false;
}

function testOf(term: SearchTerm): Test {
  const { negated } = term;
  const never = (): boolean => false;
  switch (term.what) {
    case 'text':
      return { negated, ...textTest(term.text) };
    case 'error':
      return {
        negated,
        trace: ({ errors }) => errors > 0,
        span: ({ span }) => hasError(span),
        log: ({ severityNumber }) => severityNumber >= ERROR_SEVERITY,
      };
    case 'duration': {
      const holds = comparing(term.compare, term.nanos);
      return {
        negated,
        trace: (summary) => holds(summary.durationNanos),
        span: ({ span }) => holds(Number(durationNanos(span))),
        log: never,
      };
    }
    case 'field':
      return { negated, log: never, ...fieldTest(term.field, term.pattern) };
    case 'attribute': {
      const matches = createGlob(term.pattern);
      const holds = (text: string) => matches(term.exact ? text : text.toLowerCase());
      return { negated, ...attributeTest(term.key, (value) => someText(value, holds)) };
    }
    case 'number': {
      const holds = comparing(term.compare, term.value);
      const test = (text: string) => text.trim() !== '' && holds(Number(text));
      if (term.key === 'status') return { negated, log: never, span: (facts) => someText(httpStatus(facts), test) };
      return { negated, ...attributeTest(term.key, (value) => someText(value, test)) };
    }
  }
}

function textTest(text: string): Pick<Test, 'span' | 'log'> {
  const isIn = (other: string) => other.toLowerCase().includes(text);
  const anyIn = (attributes: Attributes) => someText(attributes, isIn);
  const isId = text.length >= MIN_ID_PREFIX && /^[\da-f]+$/.test(text);
  const startsId = (id = '') => isId && id.startsWith(text);
  return {
    span({ span, attributes, events }) {
      if (startsId(span.traceId) || startsId(span.spanId)) return true;
      if (isIn(span.name) || isIn(serviceName(span.resource)) || isIn(span.status.message ?? '')) return true;
      if (anyIn(attributes()) || isIn(labelOf({ span, attributes, events }))) return true;
      return events().some((event) => isIn(event.name) || anyIn(event.attributes));
    },
    log: ({ traceId, spanId, resource, severityText, body, attributes }) =>
      startsId(traceId) ||
      startsId(spanId) ||
      someText(body, isIn) ||
      anyIn(attributes) ||
      isIn(serviceName(resource)) ||
      isIn(severityText),
  };
}

function fieldTest(field: Field, pattern: string): Pick<Test, 'span'> & Partial<Test> {
  const matches = createGlob(pattern);
  const holds = (text: string) => matches(text.toLowerCase());
  switch (field) {
    case 'service': {
      const isOf = ({ resource }: { readonly resource: Resource }) => holds(serviceName(resource));
      return { span: ({ span }) => isOf(span), log: isOf };
    }
    case 'name':
      return { span: (facts) => holds(facts.span.name) || holds(labelOf(facts)) };
    case 'route':
      return { span: ({ attributes }) => someText(attributes()['http.route'], holds) };
    case 'kind':
      return { span: ({ span }) => span.kind === SPAN_KIND[pattern as keyof typeof SPAN_KIND] };
    case 'status': {
      const code = Object.entries(STATUS_CODE).find(([name]) => name === pattern)?.[1];
      return { span: (facts) => facts.span.status.code === code || someText(httpStatus(facts), holds) };
    }
  }
}

/** The attributes of spans, their events and their resource, and those of log lines. */
function attributeTest(key: string, holds: (value: AttributeValue | undefined) => boolean): Pick<Test, 'span' | 'log'> {
  const isIn = (attributes: Attributes) => holds(attributes[key]);
  return {
    span: ({ span, attributes, events }) =>
      isIn(attributes()) || isIn(span.resource.attributes) || events().some((event) => isIn(event.attributes)),
    log: ({ attributes, resource }) => isIn(attributes) || isIn(resource.attributes),
  };
}

function comparing(compare: Comparison, than: number): (value: number) => boolean {
  switch (compare) {
    case '>':
      return (value) => value > than;
    case '>=':
      return (value) => value >= than;
    case '<':
      return (value) => value < than;
    case '<=':
      return (value) => value <= than;
  }
}

function httpStatus({ attributes }: SpanFacts): AttributeValue | undefined {
  const own = attributes();
  return own['http.response.status_code'] ?? own['http.status_code'];
}

function labelOf({ span: { name, kind }, attributes }: SpanFacts): string {
  return spanLabel({ name, kind, attributes: attributes() });
}

function factsOf(span: SpanRecord): SpanFacts {
  let attributes: Attributes | undefined;
  let events: readonly SpanEvent[] | undefined;
  return { span, attributes: () => (attributes ??= span.attributes), events: () => (events ??= span.events) };
}
