import type { JSX } from 'preact';

import { useApp } from '../app/app.ts';
import { Icon } from '../shared/icon.tsx';
import { visibleStart } from '../text/visible-text.ts';
import { LinkChips } from './link-chips.tsx';
import { hasChildren, toggle, unfold } from './move-in-trace.ts';
import { RowNote } from './row-note.tsx';
import type { SpanRowProps } from './span-row.tsx';
import { isError, nameOf, serviceOf } from './trace-model.ts';

export interface NameCellProps extends SpanRowProps {
  readonly isCollapsed: boolean;
}

/** Left half of a row: where the span stands in the tree, what it is, and what there is to say about it. */
export function NameCell(props: NameCellProps): JSX.Element {
  const { model, index, maxIndent } = props;
  const depth = model.spans.depth[index] ?? 0;
  const shownDepth = Math.min(depth, maxIndent);
  return (
    <div class="name-cell" role="gridcell">
      <span class="guides" style={{ width: `${shownDepth * INDENT}px` }} aria-hidden="true" />
      {depth > maxIndent ? <span class="depth" title={`depth ${depth}`}>{`⋯${depth}`}</span> : null}
      <Toggle {...props} />
      <ServiceStripe {...props} />
      {isError(model, index) ? (
        <span class="mark-error" role="img" aria-label="failed">
          ✕
        </span>
      ) : null}
      <span class="span-name">{visibleStart(nameOf(model, index)) || '(no name)'}</span>
      <Repeats {...props} />
      <TopMark {...props} />
      <OtherService {...props} />
      <LinkChips model={model} index={index} />
      <RowNote model={model} index={index} />
    </div>
  );
}

/** Pixels of a level; the guides of the stylesheet are as far apart. */
export const INDENT = 14;

function Toggle({ open, model, index, isCollapsed }: NameCellProps): JSX.Element {
  if (!hasChildren(model, index)) return <span class="toggle" />;
  const below = (model.subtreeEnd[index] ?? 0) - index - 1;
  const errors = model.errorsBelow[index] ?? 0;
  return (
    <>
      <button
        type="button"
        class="toggle"
        tabIndex={-1}
        aria-label={isCollapsed ? `Show ${below} below` : `Hide ${below} below`}
        onClick={(event) => {
          event.stopPropagation();
          toggle(open, index);
        }}
      >
        <Icon name={isCollapsed ? 'chevronRight' : 'chevronDown'} />
      </button>
      {isCollapsed ? <span class="hidden-count">{below}</span> : null}
      {isCollapsed && errors > 0 ? (
        <span class="hidden-errors" title={`${errors} of the spans below failed`}>{`✕ ${errors}`}</span>
      ) : null}
    </>
  );
}

function ServiceStripe({ model, index }: SpanRowProps): JSX.Element {
  const { palette } = useApp();
  return (
    <span
      class="stripe hued"
      style={{ '--hue': String(palette.hueOf(serviceOf(model, index))) }}
      title={visibleStart(serviceOf(model, index), 100)}
      aria-hidden="true"
    />
  );
}

/** `× 50`, which unfolds; on the first one of those that are unfolded, the way back. */
function Repeats({ open, model, index, fold }: SpanRowProps): JSX.Element | null {
  const folds = open.folds.value;
  const own = fold ?? folds?.list[folds.ofSpan[index] ?? -1];
  if (own === undefined || own.members[0] !== index || !open.folding.value) return null;
  const isFolded = fold !== undefined;
  const count = own.members.length;
  return (
    <>
      <button
        type="button"
        class="repeats"
        tabIndex={-1}
        aria-pressed={!isFolded}
        title={isFolded ? `${count} calls of ${visibleStart(nameOf(model, index), 60)}; show each` : 'fold these again'}
        onClick={(event) => {
          event.stopPropagation();
          unfold(open, index);
        }}
      >
        {isFolded ? `× ${count}` : `fold ${count}`}
      </button>
      {own.looksLikeLoop ? (
        <span class="loop" title="the same query again and again: one query for all rows may do">
          N+1?
        </span>
      ) : null}
    </>
  );
}

function TopMark({ model, index }: SpanRowProps): JSX.Element | null {
  const top = model.answer.tops[index];
  if (top === undefined) return null;
  const [text, tip] =
    top === 'orphan'
      ? ['parent not received', 'the span that called this one has not arrived, or was not sampled']
      : ['cycle', 'this span is its own ancestor; it stands here so that it is seen'];
  return (
    <span class="top-mark" title={tip}>
      {text}
    </span>
  );
}

/** The service, where it is another than that of the row above in the tree. */
function OtherService({ model, index }: SpanRowProps): JSX.Element | null {
  const { palette } = useApp();
  const parent = model.spans.parent[index] ?? -1;
  if (parent >= 0 && model.spans.service[parent] === model.spans.service[index]) return null;
  const service = serviceOf(model, index);
  if (service === '') return null;
  return (
    <span class="row-service hued" style={{ '--hue': String(palette.hueOf(service)) }}>
      {visibleStart(service, 60)}
    </span>
  );
}
