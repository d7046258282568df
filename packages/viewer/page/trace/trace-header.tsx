import type { ComponentChildren, JSX } from 'preact';

import { type App, useApp } from '../app/app.ts';
import { formatRoute } from '../app/route.ts';
import { fileUrl } from '../data/live-source.ts';
import { copyText } from '../shared/copy-text.ts';
import { HttpStatus } from '../shared/http-status.tsx';
import { IconButton } from '../shared/icon-button.tsx';
import { Icon, type IconName } from '../shared/icon.tsx';
import { plural } from '../shared/plural.ts';
import { formatNanos } from '../text/format-nanos.ts';
import { formatDateTime } from '../text/format-time.ts';
import { visibleStart } from '../text/visible-text.ts';
import { reveal, revealNext, selectedIndex } from './move-in-trace.ts';
import type { OpenTrace } from './open-trace.ts';
import { PathShares } from './path-share-bar.tsx';
import { notesOf, type TraceModel } from './trace-model.ts';

export interface TraceHeaderProps {
  readonly open: OpenTrace;
  readonly model: TraceModel;
}

/** Names the trace, sums it up, and hands it on. */
export function TraceHeader({ open, model }: TraceHeaderProps): JSX.Element {
  const app = useApp();
  const { summary } = model.answer;
  return (
    <header class="trace-header">
      <div class="trace-title">
        {app.source.kind === 'live' ? (
          <IconButton icon="back" label="Back to the list" keys="Esc" onClick={() => app.router.back()} />
        ) : null}
        <h1 title={visibleStart(summary.name, 500)}>{visibleStart(summary.name, 200) || 'Root not received yet'}</h1>
        {summary.httpStatus === undefined ? null : <HttpStatus status={summary.httpStatus} />}
        <span class="trace-duration">{formatNanos(summary.durationNanos)}</span>
        <span class="trace-facts">
          {plural(model.count, 'span')}
          <span class="trace-start">{formatDateTime(model.answer.startUnixNano)}</span>
          {summary.complete ? null : <span class="trace-open">more spans may come</span>}
        </span>
        <FirstError open={open} model={model} />
        <div class="trace-actions">
          <Actions app={app} open={open} />
        </div>
      </div>
      <div class="trace-sum">
        <PathShares model={model} onFind={open.find.setText} />
        <LogsButton open={open} model={model} />
        <ErrorsNavigator open={open} model={model} />
      </div>
    </header>
  );
}

/** Where the first error began, and the way to it. */
function FirstError({ open, model }: TraceHeaderProps): JSX.Element | null {
  const { error } = model.answer.summary;
  if (error === undefined) return null;
  const index = model.errors.find((each) => notesOf(model, each).some(({ text }) => text === error)) ?? model.errors[0];
  return (
    <button
      type="button"
      class="first-error"
      title="Go to its span"
      onClick={() => {
        if (index !== undefined) reveal(open, index);
        open.drawer.value = 'span';
      }}
    >
      <span aria-hidden="true">✕ </span>
      {visibleStart(error)}
    </button>
  );
}

function Actions({ app, open }: { readonly app: App; readonly open: OpenTrace }): JSX.Element {
  const { traceId } = open;
  const copyAsText = () => void copyTrace(app, traceId);
  if (app.source.kind === 'saved') return <ActionButton icon="text" label="Copy as text" onClick={copyAsText} />;
  return (
    <>
      <ActionButton icon="link" label="Copy link" onClick={() => void copyText(app, linkTo(open), 'link')} />
      <ActionButton icon="text" label="Copy as text" onClick={copyAsText} />
      <a
        class="button"
        href={fileUrl(traceId, 'html')}
        download
        title="One file that shows this trace, without a viewer"
      >
        <Icon name="save" />
        <span>Save page</span>
      </a>
      <a class="button" href={fileUrl(traceId, 'json')} download title="OTLP as JSON">
        <span>JSON</span>
      </a>
    </>
  );
}

interface ActionButtonProps {
  readonly icon: IconName;
  readonly label: string;
  readonly onClick: () => void;
}

function ActionButton({ icon, label, onClick }: ActionButtonProps): JSX.Element {
  return (
    <button type="button" class="button" onClick={onClick}>
      <Icon name={icon} />
      <span>{label}</span>
    </button>
  );
}

/** Copies the waterfall as text. */
export async function copyTrace(app: App, traceId: string): Promise<void> {
  try {
    await copyText(app, await app.source.text(traceId), 'trace as text');
  } catch (error) {
    app.message.value = `nothing copied: ${(error as Error).message}`;
  }
}

function linkTo({ traceId, selected }: OpenTrace): string {
  const spanId = selected.peek();
  return location.origin + formatRoute({ view: 'trace', traceId, ...(spanId !== undefined && { spanId }) });
}

function LogsButton({ open, model }: TraceHeaderProps): JSX.Element | null {
  const count = model.answer.logs.length;
  if (count === 0) return null;
  const isOpen = open.drawer.value === 'logs';
  return (
    <Pill
      isPressed={isOpen}
      title="Log lines of this trace (o)"
      onClick={() => void (open.drawer.value = isOpen ? 'closed' : 'logs')}
    >
      <Icon name="logs" />
      {plural(count, 'log line')}
    </Pill>
  );
}

interface PillProps {
  readonly isPressed: boolean;
  readonly title: string;
  readonly onClick: () => void;
  readonly children: ComponentChildren;
}

function Pill({ isPressed, title, onClick, children }: PillProps): JSX.Element {
  return (
    <button type="button" class="pill" aria-pressed={isPressed} title={title} onClick={onClick}>
      {children}
    </button>
  );
}

/** `2 of 5 errors ◂ ▸` */
function ErrorsNavigator({ open, model }: TraceHeaderProps): JSX.Element | null {
  const { errors } = model;
  if (errors.length === 0) return null;
  const index = open.selected.value === undefined ? undefined : selectedIndex(open);
  const at = index === undefined ? -1 : errors.indexOf(index);
  return (
    <div class="errors-navigator" role="group" aria-label="Errors">
      <span class="errors-count">
        {at === -1 ? '' : `${at + 1} of `}
        {plural(errors.length, 'error')}
      </span>
      <button
        type="button"
        aria-label="Previous error"
        title="Previous error (E)"
        onClick={() => revealNext(open, errors, -1)}
      >
        ◂
      </button>
      <button type="button" aria-label="Next error" title="Next error (e)" onClick={() => revealNext(open, errors, 1)}>
        ▸
      </button>
    </div>
  );
}
