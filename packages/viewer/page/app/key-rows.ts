/** Something that a key does; each view does those that make sense in it. */
export type Command =
  | 'back'
  | 'clear'
  | 'collapse'
  | 'copyId'
  | 'copyText'
  | 'critical'
  | 'expand'
  | 'find'
  | 'findNext'
  | 'findPrevious'
  | 'first'
  | 'fold'
  | 'help'
  | 'last'
  | 'logs'
  | 'map'
  | 'next'
  | 'nextCritical'
  | 'nextError'
  | 'open'
  | 'pageDown'
  | 'pageUp'
  | 'pause'
  | 'previous'
  | 'previousError'
  | 'resetZoom'
  | 'zoomIn'
  | 'zoomOut'
  | 'zoomToSpan';

/** A row of the help: keys, and what they do. The keys are matched by this table too. */
export interface KeyRow {
  readonly keys: readonly string[];
  readonly command: Command;
  readonly text: string;
  readonly group: 'Everywhere' | 'Lists and rows' | 'In a trace';
}

export const KEY_ROWS: readonly KeyRow[] = [
  { keys: ['/'], command: 'find', text: 'search; in a trace, find in all rows', group: 'Everywhere' },
  { keys: ['g'], command: 'map', text: 'map', group: 'Everywhere' },
  { keys: ['o'], command: 'logs', text: 'logs', group: 'Everywhere' },
  { keys: ['p'], command: 'pause', text: 'hold the list still, or let it run', group: 'Everywhere' },
  { keys: ['x'], command: 'clear', text: 'pressed twice: forget everything that was received', group: 'Everywhere' },
  { keys: ['?'], command: 'help', text: 'this help', group: 'Everywhere' },
  { keys: ['Escape', 'q'], command: 'back', text: 'close what is open, or go back', group: 'Everywhere' },
  { keys: ['j', 'ArrowDown'], command: 'next', text: 'next row', group: 'Lists and rows' },
  { keys: ['k', 'ArrowUp'], command: 'previous', text: 'previous row', group: 'Lists and rows' },
  { keys: ['Enter'], command: 'open', text: 'open the row', group: 'Lists and rows' },
  { keys: ['Home'], command: 'first', text: 'first row', group: 'Lists and rows' },
  { keys: ['End'], command: 'last', text: 'last row', group: 'Lists and rows' },
  { keys: ['PageDown'], command: 'pageDown', text: 'a page down', group: 'Lists and rows' },
  { keys: ['PageUp'], command: 'pageUp', text: 'a page up', group: 'Lists and rows' },
  { keys: ['e'], command: 'nextError', text: 'next error', group: 'Lists and rows' },
  { keys: ['E'], command: 'previousError', text: 'previous error', group: 'Lists and rows' },
  {
    keys: ['h', 'ArrowLeft'],
    command: 'collapse',
    text: 'close the row, or go to the one above it',
    group: 'In a trace',
  },
  {
    keys: ['l', 'ArrowRight'],
    command: 'expand',
    text: 'open the row, or go to the first one below it',
    group: 'In a trace',
  },
  { keys: ['n'], command: 'findNext', text: 'next row that was found', group: 'In a trace' },
  { keys: ['N'], command: 'findPrevious', text: 'previous row that was found', group: 'In a trace' },
  { keys: ['c'], command: 'critical', text: 'show or hide the critical path', group: 'In a trace' },
  { keys: ['.'], command: 'nextCritical', text: 'next segment of the critical path', group: 'In a trace' },
  { keys: ['f'], command: 'fold', text: 'fold repeats, or unfold them', group: 'In a trace' },
  { keys: ['z'], command: 'zoomToSpan', text: 'zoom to the span', group: 'In a trace' },
  { keys: ['+', '='], command: 'zoomIn', text: 'zoom in', group: 'In a trace' },
  { keys: ['-'], command: 'zoomOut', text: 'zoom out', group: 'In a trace' },
  { keys: ['0'], command: 'resetZoom', text: 'the whole trace', group: 'In a trace' },
  { keys: ['y'], command: 'copyId', text: 'copy the id of the span, or of the trace', group: 'In a trace' },
  { keys: ['Y'], command: 'copyText', text: 'copy the trace as text', group: 'In a trace' },
];

/** Keys of a table by what they do. */
export function commandOf(key: string): Command | undefined {
  return COMMANDS.get(key);
}

const COMMANDS: ReadonlyMap<string, Command> = new Map(
  KEY_ROWS.flatMap(({ keys, command }) => keys.map((key) => [key, command])),
);
