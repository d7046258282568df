import { type Command, commandOf } from './key-rows.ts';

export type CommandHandlers = Readonly<Partial<Record<Command, () => void>>>;

/** Keys of the page: views say what they do with a command, and the view that came last is asked first. */
export interface Commands {
  /** Adds handlers that may change while they stand there. @returns a function that takes them away */
  add(holder: { readonly current: CommandHandlers }): () => void;
  run(command: Command): boolean;
  /** Handles a key of the window. */
  keyDown(event: KeyboardEvent): void;
}

export function createCommands(): Commands {
  const stack: { readonly current: CommandHandlers }[] = [];

  function run(command: Command): boolean {
    const handler = stack.findLast(({ current }) => current[command] !== undefined)?.current[command];
    handler?.();
    return handler !== undefined;
  }

  return {
    add(holder) {
      stack.push(holder);
      return () => void stack.splice(stack.indexOf(holder), 1);
    },
    run,
    keyDown(event) {
      const command = commandFor(event);
      if (command !== undefined && run(command)) event.preventDefault();
    },
  };
}

function commandFor(event: KeyboardEvent): Command | undefined {
  const target = event.target instanceof Element ? event.target : undefined;
  const isTyping = target?.matches('input, textarea, select') === true;
  if (event.defaultPrevented || event.altKey || event.isComposing) return undefined;
  if (event.ctrlKey || event.metaKey) return event.key === 'f' && !isTyping ? 'find' : undefined;
  if (isTyping) return undefined; // fields look after their own keys
  if (target?.matches('a, button, summary, [role=separator]') === true && OWN_KEYS.has(event.key)) return undefined;
  // Elsewhere these scroll what has the focus.
  if (SCROLLING.has(event.key) && target?.closest('[data-scrolls]') != null) return undefined;
  return commandOf(event.key);
}

const OWN_KEYS = new Set(['Enter', ' ', 'ArrowLeft', 'ArrowRight']);
const SCROLLING = new Set(['ArrowDown', 'ArrowUp', 'ArrowLeft', 'ArrowRight', 'PageDown', 'PageUp', 'Home', 'End']);
