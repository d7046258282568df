import type { JSX } from 'preact';

import type { DetailPairs, EventDetails, SpanDetails } from '../../src/api/answers.ts';
import { CopyButton } from '../shared/copy-button.tsx';
import { visibleStart } from '../text/visible-text.ts';
import { LongText } from './long-text.tsx';
import { StackTrace } from './stack-trace.tsx';

export interface ErrorBlockProps {
  readonly details: SpanDetails;
  /** What the row says of the error, which may be read off the attributes. */
  readonly note: string | undefined;
}

/** Errors of a span: its exceptions with their stacks, or what its status says. */
export function ErrorBlock({ details, note }: ErrorBlockProps): JSX.Element | null {
  const exceptions = details.events.filter(isException);
  const { code, message } = details.status;
  if (exceptions.length > 0) {
    return (
      <section class="error-block" aria-label="Exceptions">
        {exceptions.map((event, index) => (
          <ExceptionDetails key={index} pairs={event.attributes} />
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

function ExceptionDetails({ pairs }: { readonly pairs: DetailPairs }): JSX.Element {
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
