import type { JSX } from 'preact';

/** A drawing of 16 by 16 in the colour of the text; decoration, whatever it stands for is also said in words. */
export function Icon({ name }: { readonly name: IconName }): JSX.Element {
  return (
    <svg class="icon" viewBox="0 0 16 16" aria-hidden="true" focusable="false">
      <path d={PATHS[name]} />
    </svg>
  );
}

export type IconName = keyof typeof PATHS;

const PATHS = {
  back: 'M9.5 3.5 5 8l4.5 4.5',
  chevronDown: 'M4 6.5 8 10.5l4-4',
  chevronRight: 'M6.5 4 10.5 8l-4 4',
  close: 'M4 4l8 8M12 4l-8 8',
  collapseAll: 'M4.5 2.5 8 5.5l3.5-3M4.5 13.5 8 10.5l3.5 3M2.5 8h11',
  copy: 'M5.5 5.5h7v7h-7zM3.5 10.5v-7h7',
  database: 'M3 4c0-2 10-2 10 0v8c0 2-10 2-10 0zM3 4c0 2 10 2 10 0M3 8c0 2 10 2 10 0',
  dark: 'M13 9.5A5.5 5.5 0 1 1 6.5 3a4.5 4.5 0 0 0 6.5 6.5z',
  down: 'M8 3v9M4.5 8.5 8 12l3.5-3.5',
  expandAll: 'M4.5 5 8 2l3.5 3M4.5 11 8 14l3.5-3M2.5 8h11',
  external: 'M8 2.5a5.5 5.5 0 1 0 0 11 5.5 5.5 0 0 0 0-11zM2.5 8h11M8 2.5c-3 3-3 8 0 11 3-3 3-8 0-11',
  link: 'M6.5 9.5 9.5 6.5M7 4.5l1.2-1.2a3 3 0 0 1 4.3 4.3L11.3 8.8M9 11.5l-1.2 1.2a3 3 0 0 1-4.3-4.3L4.7 7.2',
  light:
    'M8 5.2a2.8 2.8 0 1 0 0 5.6 2.8 2.8 0 0 0 0-5.6zM8 1.5v1.4M8 13.1v1.4M1.5 8h1.4M13.1 8h1.4M3.4 3.4l1 1M11.6 11.6l1 1M12.6 3.4l-1 1M4.4 11.6l-1 1',
  logs: 'M3 4h10M3 8h10M3 12h6',
  pause: 'M5.5 3.5v9M10.5 3.5v9',
  play: 'M5 3.5l7 4.5-7 4.5z',
  queue: 'M2.5 5.5h3v5h-3zM6.5 5.5h3v5h-3zM10.5 5.5h3v5h-3z',
  save: 'M8 2.5v7M5 7l3 3 3-3M3 13h10',
  search: 'M7 2.8a4.2 4.2 0 1 0 0 8.4 4.2 4.2 0 0 0 0-8.4zM10.2 10.2 13.5 13.5',
  service: 'M8 2 13.2 5v6L8 14 2.8 11V5z',
  system: 'M2.5 3.5h11v7h-11zM6 13.5h4M8 10.5v3',
  text: 'M3 3.5h10M8 3.5v9',
  trash: 'M3 4.5h10M6 4.5v-2h4v2M4.5 4.5l.6 9h5.8l.6-9',
  up: 'M8 13V4M4.5 7.5 8 4l3.5 3.5',
} as const;
