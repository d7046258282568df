import { headMatch, tailMatch } from './match-shape.ts';
import {
  COUNTS_MODES,
  DEFAULT_MAX_KEYS,
  UPSTREAM_MODES,
  type BalancePolicy,
  type BasePolicy,
  type BudgetPolicy,
  type DebugPolicy,
  type ForcedPolicy,
  type HeadRule,
  type LimitsPolicy,
  type Policy,
  type TailRule,
} from './policy.ts';
import { BURST, bytesOf, DURATION, millisOf, SIZE } from './quantity.ts';
import {
  listOf,
  mapped,
  oneOf,
  patterned,
  positive,
  ratio,
  record,
  text,
  whole,
  type JsonSchema,
  type Notes,
  type Path,
  type Shape,
} from './shape.ts';

const MAX_RULES = 1000;
const MAX_PER_SECOND = 1e9;

const perSecond = positive(MAX_PER_SECOND, 5);
const duration = mapped(patterned(DURATION, 'a duration such as 250ms or 30s'), millisOf);

/** A number of bytes is a size too. */
const size: Shape<number> = (() => {
  const number = whole(1, 2 ** 40);
  const withUnit = mapped(patterned(SIZE, 'a size such as 64MiB'), bytesOf);
  return {
    schema: { anyOf: [number.schema, withUnit.schema] },
    read: (value, path, notes) => (typeof value === 'number' ? number : withUnit).read(value, path, notes),
  };
})();

const debug = record<DebugPolicy>({
  header: {
    shape: patterned("^[!#$%&'*+.^_`|~0-9A-Za-z\\-]{1,64}$", 'the name of a header'),
    doc: 'Request header that asks for a trace',
    isRequired: true,
  },
  secretEnv: {
    shape: patterned('^[A-Za-z_][A-Za-z0-9_]{0,127}$', 'the name of an environment variable'),
    doc: 'Environment variable with the secret that the header is checked by',
    isRequired: true,
  },
  maxPerSecond: { shape: perSecond, doc: 'Traces a second at most', absent: 5 },
});

const forced = record<ForcedPolicy>({
  tracesPerSecond: {
    shape: perSecond,
    doc: 'Traces a second that trusted callers may have kept; above that the threshold is raised',
    isRequired: true,
  },
});

/** Shorter, no window has enough traces to choose from; longer, too many wait. */
const burst = mapped(patterned(BURST, 'a duration from 1s to 60s', 'a duration such as 5s'), millisOf);

const budget = record<BudgetPolicy>({
  spansPerSecond: { shape: perSecond, doc: 'Exported spans a second', isRequired: true },
  keepShare: { shape: ratio, doc: 'Share for traces that rules about errors and durations keep, 0 to 1', absent: 0.6 },
  burst: { shape: burst, doc: 'Time over which the budget is balanced, 1s to 60s', absent: 5000 },
  counts: { shape: oneOf(COUNTS_MODES), doc: 'Thresholds that are exact, or counts that add up', absent: 'exact' },
});

export const DEFAULT_LIMITS: LimitsPolicy = {
  bufferedSpans: 50_000,
  bufferedBytes: 64 * 2 ** 20,
  traceAge: 30_000,
  linger: 250,
  spansPerTrace: 2000,
};

const limits = record<LimitsPolicy>({
  bufferedSpans: { shape: whole(1, 1e8), doc: 'Spans held undecided', absent: DEFAULT_LIMITS.bufferedSpans },
  bufferedBytes: { shape: size, doc: 'Memory held for them', absent: DEFAULT_LIMITS.bufferedBytes },
  traceAge: { shape: duration, doc: 'Age at which an unfinished trace is decided', absent: DEFAULT_LIMITS.traceAge },
  linger: { shape: duration, doc: 'Wait for spans that outlive their root', absent: DEFAULT_LIMITS.linger },
  spansPerTrace: { shape: whole(1, 1e8), doc: 'Spans held of one trace', absent: DEFAULT_LIMITS.spansPerTrace },
});

const headRule = record<HeadRule>({
  name: { shape: text, doc: 'Name, unique among all rules', isRequired: true },
  match: { shape: headMatch, doc: 'Conditions that must all hold, on what a span starts with', isRequired: true },
  unless: { shape: headMatch, doc: 'Conditions that exempt from the rule', absent: undefined },
  ratio: { shape: ratio, doc: 'Share to keep, 0 to 1', isRequired: true },
});

interface GivenTailRule extends Omit<TailRule, 'ratio' | 'drop'> {
  readonly ratio: number | undefined;
  readonly drop: true | undefined;
}

const givenTailRule = record<GivenTailRule>(
  {
    name: { shape: text, doc: 'Name, unique among all rules', isRequired: true },
    match: { shape: tailMatch, doc: 'Conditions that must all hold, on the root of the local spans', isRequired: true },
    unless: { shape: tailMatch, doc: 'Conditions that exempt from the rule', absent: undefined },
    ratio: { shape: ratio, doc: 'Share to keep, 0 to 1', absent: undefined },
    drop: { shape: oneOf([true]), doc: 'Keeps none, whatever other rules say', absent: undefined },
    weight: { shape: positive(1000, 1), doc: 'Importance within the budget', absent: 1 },
  },
  { oneOf: [{ required: ['ratio'] }, { required: ['drop'] }] },
);

const tailRule: Shape<TailRule> = {
  schema: givenTailRule.schema,
  read(value, path, notes) {
    const given = givenTailRule.read(value, path, notes);
    if (given === undefined) return undefined;
    noteWish(value as Readonly<Record<string, unknown>>, path, notes);
    return { ...given, ratio: given.ratio ?? 0, drop: given.drop === true };
  },
};

/** A tail rule has one of two wishes. */
function noteWish(rule: Readonly<Record<string, unknown>>, path: Path, notes: Notes): void {
  const has = (key: string) => Object.hasOwn(rule, key) && rule[key] !== undefined;
  if (has('ratio') && has('drop')) notes.note(path, 'has both ratio and drop', 'remove one of them');
  if (!has('ratio') && !has('drop')) notes.note(path, 'lacks ratio', 'add ratio, or drop: true');
}

const balance = record<BalancePolicy>({
  by: { shape: listOf(text, 1, 10), doc: 'Names of attributes', isRequired: true },
  maxKeys: { shape: whole(1, 1e6), doc: 'Values that are told apart', absent: DEFAULT_MAX_KEYS },
});

const DEFAULT_BASE: BasePolicy = { ratio: 1, balance: undefined };

const base = record<BasePolicy>({
  ratio: { shape: ratio, doc: 'Share to keep, 0 to 1', absent: DEFAULT_BASE.ratio },
  balance: { shape: balance, doc: 'Attributes whose values are kept in like numbers', absent: DEFAULT_BASE.balance },
});

/** All that a policy can say. */
export const policyShape: Shape<Policy> = record<Policy>({
  version: { shape: oneOf([1]), doc: '1', isRequired: true },
  upstream: { shape: oneOf(UPSTREAM_MODES), doc: 'Treatment of what remote parents decided', absent: 'respect' },
  debug: { shape: debug, doc: 'Traces that an authenticated header asks for', absent: undefined },
  forced: { shape: forced, doc: 'Limit on traces that trusted callers have kept', absent: undefined },
  budget: { shape: budget, doc: 'Limit on what is exported', absent: undefined },
  limits: { shape: limits, doc: 'Bounds of what is held until it is decided', absent: DEFAULT_LIMITS },
  head: {
    shape: listOf(headRule, 0, MAX_RULES),
    doc: 'Rules as a trace begins; the first that matches decides',
    absent: [],
  },
  rules: {
    shape: listOf(tailRule, 0, MAX_RULES),
    doc: 'Rules at the end; all that match apply, drop first, then the greatest ratio',
    absent: [],
  },
  base: { shape: base, doc: 'Treatment of what no rule matches', absent: DEFAULT_BASE },
});

/** The JSON Schema of a policy, for editors and other tools. It does not know contradictions and repeated names. */
export const policySchema: JsonSchema = {
  $schema: 'http://json-schema.org/draft-07/schema#',
  title: 'Sampling policy',
  ...policyShape.schema,
};
