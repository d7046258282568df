/** Header lines as they go over the wire: a name may be there more than once, and keeps its case. */
export type HeaderLines = readonly (readonly [name: string, value: string])[];

/** Context that the application must have sent on for one request, in each of its own requests. */
interface Expected {
  /** Whether the trace of the caller is continued. */
  readonly continued: boolean;
  /** The members of the outgoing tracestate, in order; not looked at when left out. */
  readonly tracestate?: readonly string[];
  /** The outgoing trace-flags; not looked at when left out. */
  readonly flags?: string;
}

/** A rule of the recommendation, or a test of its suite, and what follows from it. */
export type Rule = readonly [rule: string, incoming: HeaderLines, expected: Expected];

export const TRACE_ID = '12345678901234567890123456789012';
export const PARENT_ID = '1234567890123456';

const VALID = `00-${TRACE_ID}-${PARENT_ID}-01`;
const parent = (value: string): HeaderLines => [['traceparent', value]];
const withState = (...values: string[]): HeaderLines => [
  ['traceparent', VALID],
  ...values.map((value) => ['tracestate', value] as const),
];
const restarted: Expected = { continued: false, tracestate: [], flags: '03' };
const continued: Expected = { continued: true };
const discarded: Expected = { continued: true, tracestate: [] };
const kept = (...tracestate: string[]): Expected => ({ continued: true, tracestate });

const members = (count: number) => Array.from({ length: count }, (_, i) => `bar${i + 1}=${i + 1}`);
const key256 = 'z'.repeat(256);
const ALL_KEY_CHARACTERS = 'abcdefghijklmnopqrstuvwxyz0123456789_-*/';
const ALL_VALUE_CHARACTERS =
  String.raw`!"#$%&'()*+-./0123456789:;<>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\]^_` + '`abcdefghijklmnopqrstuvwxyz{|}~';

/** https://www.w3.org/TR/trace-context-2/#traceparent-header */
export const TRACEPARENT_RULES: readonly Rule[] = [
  ['without both headers a trace is started, sampled and random', [], restarted],
  ['a traceparent without tracestate is continued', parent(VALID), { continued: true, tracestate: [], flags: '01' }],
  [
    'two different traceparent headers start a new trace',
    [...parent(VALID), ...parent(VALID.replace('12', '34'))],
    restarted,
  ],
  ['two equal traceparent headers start a new trace', [...parent(VALID), ...parent(VALID)], restarted],
  ['the name of the header has no case: TraceParent', [['TraceParent', VALID]], continued],
  ['the name of the header has no case: TRACEPARENT', [['TRACEPARENT', VALID]], continued],
  ['a name like it is another header: trace-parent', [['trace-parent', VALID]], restarted],
  ['a name like it is another header: trace.parent', [['trace.parent', VALID]], restarted],
  ['version 00 with another field is invalid', parent(`${VALID}-what-the-future-will-be-like`), restarted],
  ['version 00 with a dash at its end is invalid', parent(`${VALID}-`), restarted],
  ['version cc is read as far as version 00 goes', parent(`cc${VALID.slice(2)}`), continued],
  ['version cc may append fields after a dash', parent(`cc${VALID.slice(2)}-what-the-future-will-be-like`), continued],
  [
    'version cc may not append without a dash',
    parent(`cc${VALID.slice(2)}.what-the-future-will-not-be-like`),
    restarted,
  ],
  ['version ff is invalid', parent(`ff${VALID.slice(2)}`), restarted],
  ['a version with a dot is invalid', parent(`.0${VALID.slice(2)}`), restarted],
  ['a version with a dash is invalid', parent(`0-${VALID.slice(2)}`), restarted],
  ['a version of three digits is invalid', parent(`0${VALID}`), restarted],
  ['a version of one digit is invalid', parent(VALID.slice(1)), restarted],
  ['an upper-case version is invalid', parent(`CC${VALID.slice(2)}`), restarted],
  ['a trace-id of zeros is invalid', parent(`00-${'0'.repeat(32)}-${PARENT_ID}-01`), restarted],
  ['a trace-id with a dot is invalid', parent(`00-.${TRACE_ID.slice(1)}-${PARENT_ID}-01`), restarted],
  ['a trace-id with upper-case letters is invalid', parent(`00-ABC${TRACE_ID.slice(3)}-${PARENT_ID}-01`), restarted],
  ['a trace-id that is too long is invalid', parent(`00-${TRACE_ID}3-${PARENT_ID}-01`), restarted],
  ['a trace-id that is too short is invalid', parent(`00-${TRACE_ID.slice(1)}-${PARENT_ID}-01`), restarted],
  ['a parent-id of zeros is invalid', parent(`00-${TRACE_ID}-${'0'.repeat(16)}-01`), restarted],
  ['a parent-id with a dot is invalid', parent(`00-${TRACE_ID}-.${PARENT_ID.slice(1)}-01`), restarted],
  ['a parent-id that is too long is invalid', parent(`00-${TRACE_ID}-${PARENT_ID}7-01`), restarted],
  ['a parent-id that is too short is invalid', parent(`00-${TRACE_ID}-${PARENT_ID.slice(1)}-01`), restarted],
  ['trace-flags with a dot are invalid', parent(`00-${TRACE_ID}-${PARENT_ID}-.0`), restarted],
  ['trace-flags of three digits are invalid', parent(`00-${TRACE_ID}-${PARENT_ID}-001`), restarted],
  ['trace-flags of one digit are invalid', parent(`00-${TRACE_ID}-${PARENT_ID}-1`), restarted],
  ['the random flag is kept', parent(`00-${TRACE_ID}-${PARENT_ID}-03`), { continued: true, flags: '03' }],
  ['the random flag is not added', parent(`00-${TRACE_ID}-${PARENT_ID}-01`), { continued: true, flags: '01' }],
  [
    'the random flag is kept without the sampled flag',
    parent(`00-${TRACE_ID}-${PARENT_ID}-02`),
    { continued: true, flags: '02' },
  ],
  ['unknown flags do not travel on', parent(`00-${TRACE_ID}-${PARENT_ID}-ff`), { continued: true, flags: '03' }],
  ['spaces and tabs around the value are no part of it', [['traceparent', ` \t ${VALID} \t `]], continued],
  ['an empty value is none', parent(''), restarted],
  ['a value that is not ASCII is invalid', parent(`00-${TRACE_ID.slice(1)}\u00e9-${PARENT_ID}-01`), restarted],
];

/** https://www.w3.org/TR/trace-context-2/#tracestate-header */
export const TRACESTATE_RULES: readonly Rule[] = [
  ['a tracestate without traceparent is discarded', [['tracestate', 'foo=1']], restarted],
  [
    'a tracestate with an invalid traceparent is discarded',
    [...parent('00-0-0-00'), ['tracestate', 'foo=1']],
    restarted,
  ],
  ['members travel on in their order', withState('foo=1,bar=2'), kept('foo=1', 'bar=2')],
  ['the name of the header has no case', [...parent(VALID), ['TraceState', 'foo=1']], kept('foo=1')],
  ['an empty header is none', withState(''), kept()],
  ['an empty header beside another changes nothing', withState('foo=1', ''), kept('foo=1')],
  [
    'several headers are one list, in their order',
    withState('foo=1,bar=2', 'rojo=1,congo=2', 'baz=3'),
    kept('foo=1', 'bar=2', 'rojo=1', 'congo=2', 'baz=3'),
  ],
  ['empty members are passed over', withState('foo=1,', ',bar=2,,'), kept('foo=1', 'bar=2')],
  ['of two members with one key the first stays', withState('foo=1,foo=2'), kept('foo=1')],
  [
    'every character that a key may have',
    withState(`${ALL_KEY_CHARACTERS}=1,${ALL_KEY_CHARACTERS}@a=2`),
    kept(`${ALL_KEY_CHARACTERS}=1`, `${ALL_KEY_CHARACTERS}@a=2`),
  ],
  [
    'every character that a value may have',
    withState(`foo=${ALL_VALUE_CHARACTERS}`),
    kept(`foo=${ALL_VALUE_CHARACTERS}`),
  ],
  [
    'spaces and tabs around members are no part of them',
    withState('foo=1 \t , \t bar=2, \t baz=3'),
    kept('foo=1', 'bar=2', 'baz=3'),
  ],
  ['a space inside a value is part of it', withState('foo=a b'), kept('foo=a b')],
  ['a key may begin with a digit', withState('0foo=1'), kept('0foo=1')],
  ['a key may have an at sign anywhere but first', withState('foo@=1,b@a@r=2'), kept('foo@=1', 'b@a@r=2')],
  ['a key that begins with an at sign discards all', withState('@foo=1,bar=2'), discarded],
  ['a key with a space discards all', withState('foo =1'), discarded],
  ['a key with upper-case letters discards all', withState('FOO=1'), discarded],
  ['a key with a dot discards all', withState('foo.bar=1'), discarded],
  ['a member without an equals sign discards all', withState('foo,bar=2'), discarded],
  ['a key of 256 characters is allowed', withState(`foo=1,${key256}=1`), kept('foo=1', `${key256}=1`)],
  ['a key of 257 characters discards all', withState(`foo=1,${key256}z=1`), discarded],
  ['32 members are allowed', withState(members(32).join(',')), kept(...members(32))],
  ['33 members discard all', withState(members(33).join(',')), discarded],
  ['33 members in several headers discard all', withState(members(32).join(','), 'one=more'), discarded],
  ['a value with an equals sign discards all', withState('foo=bar=baz'), discarded],
  ['an empty value discards all', withState('foo=,bar=3'), discarded],
  [
    '512 characters are carried',
    withState(`a=${'x'.repeat(254)},b=${'y'.repeat(253)}`),
    kept(`a=${'x'.repeat(254)}`, `b=${'y'.repeat(253)}`),
  ],
  [
    'beyond 512 characters members of over 128 characters go first, whole',
    withState(`long=${'x'.repeat(200)}`, ...['a', 'b', 'c', 'd'].map((key) => `${key}=${'y'.repeat(98)}`)),
    kept(...['a', 'b', 'c', 'd'].map((key) => `${key}=${'y'.repeat(98)}`)),
  ],
  [
    'then those on the right',
    withState(...['a', 'b', 'c', 'd', 'e', 'f'].map((key) => `${key}=${'y'.repeat(98)}`)),
    kept(...['a', 'b', 'c', 'd', 'e'].map((key) => `${key}=${'y'.repeat(98)}`)),
  ],
];
