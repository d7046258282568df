import type { JSX } from 'preact';

import type { ErrorEntry } from '../../src/api/answers.ts';
import { useApp } from '../app/app.ts';
import { formatRoute, type Route } from '../app/route.ts';
import { EmptyState } from '../list/empty-state.tsx';
import { matchesWords } from '../list/matches-words.ts';
import { Notice, Reading } from '../shared/notice.tsx';
import { onLinkClick } from '../shared/on-link-click.ts';
import { plural } from '../shared/plural.ts';
import { ServiceName } from '../shared/service-name.tsx';
import { useLive } from '../shared/use-live.ts';
import { formatClock, formatDateTime } from '../text/format-time.ts';
import { visibleStart } from '../text/visible-text.ts';

/** Where errors began, equal ones together; each leads to its span in the latest trace. */
export function ErrorListView({ query }: { readonly query: string }): JSX.Element {
  const { source, stats } = useApp();
  const { value: answer, problem } = useLive(() => source.errors(), [source]);
  if (answer === undefined) {
    return problem === undefined ? (
      <Reading what="the errors" />
    ) : (
      <Notice title="The errors could not be read" text={problem} />
    );
  }
  if (stats.value?.spans === 0) return <EmptyState />;
  const shown = answer.errors.filter(({ text, service, name }) => matchesWords(query, [text, service, name]));
  if (shown.length === 0) {
    return answer.errors.length === 0 ? (
      <Notice title="No errors" text="No span that is held has the status of an error." />
    ) : (
      <Notice title="No error matches" text={`None of ${plural(answer.errors.length, 'error')} has all of: ${query}`} />
    );
  }
  return (
    <section class="error-list" aria-label="Errors">
      <div class="list-bar">
        <span class="totals">
          {plural(shown.length, 'kind')} of errors
          {answer.omitted === undefined ? '' : `, ${answer.omitted} older ones left out`}
        </span>
      </div>
      <ol class="error-entries" tabIndex={0} aria-label="Errors, the latest first" data-scrolls>
        {shown.map((entry) => (
          <Entry key={entry.service + entry.name + entry.text} entry={entry} />
        ))}
      </ol>
    </section>
  );
}

function Entry({ entry }: { readonly entry: ErrorEntry }): JSX.Element {
  const { router } = useApp();
  const route: Route = { view: 'trace', traceId: entry.traceId, spanId: entry.spanId };
  return (
    <li>
      <a
        class="error-entry plain"
        href={formatRoute(route)}
        onClick={(event) => onLinkClick(event, () => router.go(route))}
      >
        <span class="error-times">{`× ${entry.count.toLocaleString('en')}`}</span>
        <span class="error-what">
          <span class="error-text">{visibleStart(entry.text, 500)}</span>
          <span class="error-where">
            <ServiceName service={entry.service} />
            <span>{visibleStart(entry.name, 200)}</span>
          </span>
        </span>
        <span class="time" title={formatDateTime(entry.timeUnixNano)}>
          {formatClock(entry.timeUnixNano)}
        </span>
      </a>
    </li>
  );
}
