import type { JSX } from 'preact';

import type { DetailPairs, EventDetails, SpanDetails } from '../../src/api/answers.ts';
import { CopyButton } from '../shared/copy-button.tsx';
import { visibleStart } from '../text/visible-text.ts';
import { LongText } from './long-text.tsx';
import { StackTrace } from './stack-trace.tsx';

export interface ErrorBlockProps {
  readonly details: SpanDetails;
  /** Text of the row about the error, which may be read off the attributes. */
  readonly note: string | undefined;
}

/** Errors of a span: its exceptions with their stacks, or what its status says. */
export function ErrorBlock({ details, note }: ErrorBlockProps): JSX.Element | null {
  const exceptions = distinct(details.events.filter(isException));
  const { code, message } = details.status;
  if (exceptions.length > 0) {
    return (
      <section class="error-block" aria-label="Exceptions">
        {exceptions.map(({ pairs, times }, index) => (
          <ExceptionDetails key={index} pairs={pairs} times={times} />
        ))}
      </section>
    );
  }
  if (code !== ERROR) return null;
  return (
    <section class="error-block" aria-label="Error">
      <p class="error-title">
        <LongText text={message || (note ?? 'failed without a message')} />
      </p>
    </section>
  );
}

export function isException({ name }: EventDetails): boolean {
  return name === 'exception';
}

const ERROR = 2;

interface Exception {
  readonly pairs: DetailPairs;
  /** Several layers of a program may record the same one. */
  readonly times: number;
}

/** Each exception once, in their order. */
function distinct(events: readonly EventDetails[]): Exception[] {
  const found = new Map<string, Exception>();
  for (const { attributes: pairs } of events) {
    const key = ['type', 'message', 'stacktrace'].map((each) => textOf(pairs, `exception.${each}`)).join('\0');
    found.set(key, { pairs, times: (found.get(key)?.times ?? 0) + 1 });
  }
  return [...found.values()];
}

function ExceptionDetails({ pairs, times }: Exception): JSX.Element {
  const [type, message, stack] = ['type', 'message', 'stacktrace'].map((each) => textOf(pairs, `exception.${each}`));
  return (
    <div class="exception">
      <p class="error-title">
        {type === '' ? 'Exception' : visibleStart(type ?? '', 200)}
        {message === '' ? null : (
          <>
            : <LongText text={message ?? ''} />
          </>
        )}
        {times === 1 ? null : <span class="exception-times"> × {times}</span>}
        {stack === '' ? null : <CopyButton text={stack ?? ''} what="stack trace" />}
      </p>
      {stack === '' ? null : <StackTrace stack={stack ?? ''} />}
    </div>
  );
}

function textOf(pairs: DetailPairs, key: string): string {
  const value = pairs.find(([each]) => each === key)?.[1];
  return typeof value === 'string' ? value : '';
}
