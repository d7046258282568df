import { type ReadonlySignal, type Signal, signal } from '@preact/signals';
import { type Context, createContext } from 'preact';
import { useContext, useLayoutEffect, useRef } from 'preact/hooks';

import type { StatsAnswer } from '../../src/api/answers.ts';
import { createPalette, type Palette } from '../colour/palette.ts';
import type { DataSource, SourceListener } from '../data/data-source.ts';
import { type CommandHandlers, type Commands, createCommands } from './commands.ts';
import type { Router } from './router.ts';
import type { Theme } from './theme.ts';

/** The parts that all views share. */
export interface App {
  readonly source: DataSource;
  readonly router: Router;
  readonly commands: Commands;
  readonly palette: Palette;
  readonly theme: Signal<Theme>;
  readonly stats: ReadonlySignal<StatsAnswer | undefined>;
  readonly connection: ReadonlySignal<'connecting' | 'connected' | 'lost'>;
  /** The reader holds the list still. */
  readonly paused: Signal<boolean>;
  readonly helpIsOpen: Signal<boolean>;
  /** Short message for the reader, e.g. that something was copied; empty for none. */
  readonly message: Signal<string>;
  /** Tells what changes at the source. @returns a function that ends it */
  listen(listener: Partial<SourceListener>): () => void;
}

export interface AppParts {
  readonly source: DataSource;
  readonly router: Router;
  readonly theme: Signal<Theme>;
}

/** Joins the parts and follows the source. */
export function createApp(parts: AppParts): App {
  const palette = createPalette();
  const stats = signal<StatsAnswer>();
  const connection = signal<'connecting' | 'connected' | 'lost'>('connecting');
  const listeners = new Set<Partial<SourceListener>>();

  parts.source.subscribe({
    tracesChanged: (changed) => listeners.forEach((each) => each.tracesChanged?.(changed)),
    statsChanged(next) {
      for (const service of next.services.toSorted()) palette.hueOf(service);
      stats.value = next;
      listeners.forEach((each) => each.statsChanged?.(next));
    },
    cleared: () => listeners.forEach((each) => each.cleared?.()),
    connected(isConnected) {
      connection.value = isConnected ? 'connected' : 'lost';
      listeners.forEach((each) => each.connected?.(isConnected));
    },
  });

  return {
    ...parts,
    commands: createCommands(),
    palette,
    stats,
    connection,
    paused: signal(false),
    helpIsOpen: signal(false),
    message: signal(''),
    listen(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}

/** Carries the parts to the components. */
export const AppContext: Context<App | undefined> = createContext<App | undefined>(undefined);

export function useApp(): App {
  const app = useContext(AppContext);
  if (app === undefined) throw new Error('this component stands outside of an AppContext');
  return app;
}

/** Lets a view handle keys while it is shown; of several views, the one that came last is asked first. */
export function useCommands(handlers: CommandHandlers): void {
  const { commands } = useApp();
  const holder = useRef(handlers);
  holder.current = handlers;
  useLayoutEffect(() => commands.add(holder), [commands]); // at once: keys may come before the next frame
}
