import type { JSX } from 'preact';

import type { TraceLink } from '../../src/api/answers.ts';
import { useApp } from '../app/app.ts';
import { formatRoute, type Route } from '../app/route.ts';
import { onLinkClick } from '../shared/on-link-click.ts';
import { visibleStart } from '../text/visible-text.ts';
import type { TraceModel } from './trace-model.ts';

/** Ways to other traces, e.g. to the one that takes a message out of a queue, and back. */
export function LinkChips({
  model,
  index,
}: {
  readonly model: TraceModel;
  readonly index: number;
}): JSX.Element | null {
  const links = model.links.get(index);
  if (links === undefined) return null;
  const hidden = links.length - MAX_SHOWN;
  return (
    <>
      {links.slice(0, MAX_SHOWN).map((link) => (
        <LinkChip key={link.traceId + link.spanId + link.direction} model={model} link={link} />
      ))}
      {hidden > 0 ? <span class="more">{`+${hidden} links`}</span> : null}
    </>
  );
}

const MAX_SHOWN = 3;

export interface LinkChipProps {
  readonly model: TraceModel;
  readonly link: TraceLink;
}

/** A link to another span, most often of another trace; not clickable where that is not here. */
export function LinkChip({ model, link }: LinkChipProps): JSX.Element {
  const { router, source } = useApp();
  const { direction, traceId, spanId, name, service } = link;
  const label = name === undefined ? `trace ${traceId.slice(0, 8)}` : visibleStart(name, 60);
  const text = `${direction === 'to' ? '→' : '←'} ${label}${service === undefined ? '' : ` · ${visibleStart(service, 40)}`}`;
  const isOwn = traceId === model.answer.summary.traceId;
  const route: Route = { view: 'trace', traceId, spanId };
  if (source.kind === 'saved' && isOwn && name !== undefined) {
    return (
      <button
        type="button"
        class="link-chip"
        tabIndex={-1}
        onClick={(event) => onLinkClick(event, () => router.go(route))}
      >
        {text}
      </button>
    );
  }
  if (name === undefined || source.kind === 'saved') {
    return (
      <span class="link-chip is-away" title="the other trace is not here">
        {text}
      </span>
    );
  }
  return (
    <a
      class="link-chip"
      href={formatRoute(route)}
      tabIndex={-1}
      title={
        direction === 'to' ? 'this span names that one as its cause' : 'this span was named as the cause of that one'
      }
      onClick={(event) => onLinkClick(event, () => router.go(route))}
    >
      {text}
    </a>
  );
}
