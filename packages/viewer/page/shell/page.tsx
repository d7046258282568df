import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

import { useApp } from '../app/app.ts';
import type { TraceList } from '../list/trace-list.ts';
import { TraceListView } from '../list/trace-list-view.tsx';
import { Banner } from './banner.tsx';
import { Help } from './help.tsx';
import { Message } from './message.tsx';
import { TopBar } from './top-bar.tsx';

/** The page of a running viewer. */
export function Page({ list }: { readonly list: TraceList }): JSX.Element {
  const { commands, router } = useApp();
  const route = router.route.value;
  const lastQuery = useRef('');
  if (route.view !== 'trace') lastQuery.current = route.query;
  useEffect(() => {
    const keyDown = (event: KeyboardEvent) => commands.keyDown(event);
    window.addEventListener('keydown', keyDown);
    return () => window.removeEventListener('keydown', keyDown);
  }, [commands]);
  return (
    <>
      <Banner />
      <TopBar route={route} query={lastQuery.current} />
      <main class="view">{route.view === 'traces' ? <TraceListView list={list} query={route.query} /> : null}</main>
      <Message />
      <Help />
    </>
  );
}
