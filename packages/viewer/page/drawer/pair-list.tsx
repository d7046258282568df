import { type ComponentChildren, Fragment, type JSX } from 'preact';

import type { DetailPairs, DetailValue } from '../../src/api/answers.ts';
import { useApp } from '../app/app.ts';
import { fieldTerm } from '../list/query-terms.ts';
import { CopyButton } from '../shared/copy-button.tsx';
import { IconButton } from '../shared/icon-button.tsx';
import { valueText } from '../text/format-value.ts';
import { visibleStart } from '../text/visible-text.ts';
import { LongText } from './long-text.tsx';

export interface PairListProps {
  readonly pairs: DetailPairs;
  /** Offers a search for traces with the same value. */
  readonly isSearchable?: boolean;
}

/** Keys with their values, each to be copied. */
export function PairList({ pairs, isSearchable = false }: PairListProps): JSX.Element {
  return (
    <dl class="pairs">
      {pairs.map(([key, value]) => (
        <Pair key={key} name={key} value={value} isSearchable={isSearchable} />
      ))}
    </dl>
  );
}

interface PairProps {
  readonly name: string;
  readonly value: DetailValue;
  readonly isSearchable: boolean;
}

function Pair({ name, value, isSearchable }: PairProps): JSX.Element {
  const app = useApp();
  const text = valueText(value);
  const key = visibleStart(name, 200);
  const term = isSearchable && app.source.kind === 'live' ? searchTerm(name, value, text) : undefined;
  return (
    <div class="pair">
      <dt>{brokenAtDots(key)}</dt>
      <dd class={typeof value === 'string' ? 'is-text' : 'is-other'}>
        <span class="value">{text === '' ? <i>empty</i> : <LongText text={text} />}</span>
        <span class="pair-actions">
          {term === undefined ? null : (
            <IconButton
              icon="search"
              label={`Traces with this ${key}`}
              onClick={() => app.router.go({ view: 'traces', query: term })}
            />
          )}
          <CopyButton text={text} what={key} />
        </span>
      </dd>
    </div>
  );
}

/** Lets a long key break where a person would break it. */
function brokenAtDots(key: string): ComponentChildren {
  return key.split(/(?<=[._])/).map((part, index) => (
    <Fragment key={index}>
      {part}
      <wbr />
    </Fragment>
  ));
}

const SEARCHABLE_KEY = /^[a-z_][\w.-]*$/i;
const MAX_SEARCHED = 120;

function searchTerm(key: string, value: DetailValue, text: string): string | undefined {
  const isPlain = typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
  const isShort = text !== '' && text.length <= MAX_SEARCHED && !/[\n*]/.test(text);
  return isPlain && isShort && SEARCHABLE_KEY.test(key) ? fieldTerm(key, text) : undefined;
}
