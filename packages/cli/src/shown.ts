import { InvalidArgumentError } from 'commander';

/** Which traces unfold into a waterfall, and what it shows; other traces are one line. */
export interface Shown {
  readonly traces: ReadonlySet<'all' | 'errors' | 'slow'>;
  /** Attributes of every span. */
  readonly attributes: boolean;
}

const TRACES = ['all', 'errors', 'slow'] as const;
const NONE = 'none';
const ATTRIBUTES = 'attributes';

/** Words of `--show`, with commas between. */
const SHOW_WORDS: readonly string[] = [...TRACES, NONE, ATTRIBUTES];

/** The words that stand for those that name no traces, and for no option at all. */
export const DEFAULT_SHOW = 'errors,slow';

/** @throws InvalidArgumentError for other words, and for `none` beside one of them */
export function parseShown(text: string): Shown {
  const words = text.split(',').map((word) => word.trim());
  const unknown = words.find((word) => !SHOW_WORDS.includes(word));
  if (unknown !== undefined)
    throw new InvalidArgumentError(`expected some of ${SHOW_WORDS.join(', ')}, got ${JSON.stringify(unknown)}`);
  if (words.includes(NONE) && words.length > 1) throw new InvalidArgumentError('none goes with nothing else');
  const named = TRACES.filter((word) => words.includes(word));
  const isDefault = named.length === 0 && !words.includes(NONE);
  return {
    traces: isDefault ? parseShown(DEFAULT_SHOW).traces : new Set(named),
    attributes: words.includes(ATTRIBUTES),
  };
}
