import type { JSX } from 'preact';

import type { SpanDetails } from '../../src/api/answers.ts';
import { CopyButton } from '../shared/copy-button.tsx';
import { IconButton } from '../shared/icon-button.tsx';
import { plural } from '../shared/plural.ts';
import { ServiceName } from '../shared/service-name.tsx';
import { sqlLines } from '../text/sql-lines.ts';
import { visibleStart } from '../text/visible-text.ts';
import { LinkChip } from '../trace/link-chips.tsx';
import type { OpenTrace } from '../trace/open-trace.ts';
import { isError, nameOf, notesOf, serviceOf, type TraceModel } from '../trace/trace-model.ts';
import { groupAttributes, isStatement, statementOf } from './attribute-groups.ts';
import { EventList } from './event-list.tsx';
import { ErrorBlock, type ErrorBlockProps, isException } from './exception-block.tsx';
import { LogList } from './log-list.tsx';
import { LongText } from './long-text.tsx';
import { PairList } from './pair-list.tsx';
import { Section } from './section.tsx';
import { SpanIds } from './span-ids.tsx';
import { SpanTiming } from './span-timing.tsx';
import { useSpanDetails } from './use-span-details.ts';

export interface SpanPanelProps {
  readonly open: OpenTrace;
  readonly model: TraceModel;
}

/** All that is known of the span that is selected. What its row knows is here at once, the rest when it has come. */
export function SpanPanel({ open, model }: SpanPanelProps): JSX.Element {
  const spanId = open.selected.value;
  const index = spanId === undefined ? undefined : model.indexOf(spanId);
  const { details, problem } = useSpanDetails(model, index === undefined ? undefined : spanId);
  return (
    <>
      <header class="drawer-head">
        <h2>{index === undefined ? 'No span is selected' : visibleStart(nameOf(model, index), 400) || '(no name)'}</h2>
        <IconButton icon="close" label="Close" keys="Esc" onClick={() => void (open.drawer.value = 'closed')} />
      </header>
      {index === undefined ? null : (
        <div key={spanId} class="drawer-body" tabIndex={0} role="region" aria-label="Details of the span" data-scrolls>
          <SpanFacts model={model} index={index} />
          <SpanTiming model={model} index={index} />
          <ClockNotes model={model} index={index} />
          {problem === undefined ? null : <p class="drawer-problem">The details could not be read: {problem}</p>}
          {details === undefined ? null : <Details details={details} note={errorNoteOf(model, index)} />}
          <Links model={model} index={index} details={details} />
          {details === undefined ? null : <Origin details={details} />}
        </div>
      )}
    </>
  );
}

const KINDS = ['unspecified', 'internal', 'server', 'client', 'producer', 'consumer'];

interface SpanProps {
  readonly model: TraceModel;
  readonly index: number;
}

function SpanFacts({ model, index }: SpanProps): JSX.Element {
  return (
    <p class="span-facts">
      <ServiceName service={serviceOf(model, index)} />
      <span>{KINDS[model.spans.kind[index] ?? 0] ?? 'unknown kind'}</span>
      {isError(model, index) ? <span class="error-text">failed</span> : null}
    </p>
  );
}

function ClockNotes({ model, index }: SpanProps): JSX.Element {
  const notes = notesOf(model, index).filter(({ kind }) => kind === 'clock');
  return (
    <>
      {notes.map(({ text }) => (
        <p key={text} class="clock-note">
          ⚠ {visibleStart(text, 500)}
        </p>
      ))}
    </>
  );
}

function errorNoteOf(model: TraceModel, index: number): string | undefined {
  return notesOf(model, index).find(({ kind }) => kind === 'error')?.text;
}

function Details({ details, note }: ErrorBlockProps): JSX.Element {
  const statement = statementOf(details.attributes);
  const attributes = details.attributes.filter(([key]) => !isStatement(key));
  const events = details.events.filter((event) => !isException(event));
  return (
    <>
      <ErrorBlock details={details} note={note} />
      {statement === undefined ? null : <Statement text={statement} />}
      {details.logs.length === 0 ? null : (
        <Section title="Log lines" count={details.logs.length}>
          <LogList lines={details.logs} since={details.startUnixNano} />
        </Section>
      )}
      {groupAttributes(attributes).map(({ title, pairs }) => (
        <Section key={title} title={title}>
          <PairList pairs={pairs} isSearchable />
        </Section>
      ))}
      <Dropped count={details.droppedAttributes} noun="attribute" />
      {events.length === 0 ? null : (
        <Section title="Events" count={events.length}>
          <EventList events={events} since={details.startUnixNano} />
        </Section>
      )}
      <Dropped count={details.droppedEvents} noun="event" />
      <Dropped count={details.droppedLinks} noun="link" />
    </>
  );
}

function Statement({ text }: { readonly text: string }): JSX.Element {
  return (
    <section class="statement" aria-label="Statement">
      <pre tabIndex={0} aria-label="Statement" data-scrolls>
        <LongText text={sqlLines(text)} />
      </pre>
      <CopyButton text={text} what="statement" />
    </section>
  );
}

function Dropped({ count, noun }: { readonly count: number; readonly noun: string }): JSX.Element | null {
  return count === 0 ? null : <p class="dropped">{plural(count, noun)} more, dropped by the sender</p>;
}

function Links({
  model,
  index,
  details,
}: SpanProps & { readonly details: SpanDetails | undefined }): JSX.Element | null {
  const links = model.links.get(index) ?? [];
  if (links.length === 0) return null;
  return (
    <Section title="Links" count={links.length}>
      <ul class="links">
        {links.slice(0, MAX_LINKS).map((link) => {
          const attributes = details?.links.find(({ spanId }) => spanId === link.spanId)?.attributes ?? [];
          return (
            <li key={link.traceId + link.spanId + link.direction}>
              <LinkChip model={model} link={link} />
              {link.direction === 'to' && attributes.length > 0 ? <PairList pairs={attributes} /> : null}
            </li>
          );
        })}
      </ul>
    </Section>
  );
}

const MAX_LINKS = 200;

function Origin({ details }: { readonly details: SpanDetails }): JSX.Element {
  return (
    <>
      <Section title="Resource" count={details.resource.length} isClosed>
        <PairList pairs={details.resource} />
      </Section>
      <Section title="Ids and times" isClosed>
        <SpanIds details={details} />
      </Section>
    </>
  );
}
