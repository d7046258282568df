/** A look whether something is there. What it throws, the promise rejects with. */
type Look<T> = () => T | undefined;

/** Something to wait for. */
export interface Wait<T> {
  /** Looks at all that is here. */
  readonly look: Look<T>;
  /** Calls back with a look at what has come, each time; returns a function that ends this. */
  readonly onChange: (lookAgain: (look: Look<T>) => void) => () => void;
  readonly timeoutMillis: number;
  /** Says on a timeout what was waited for and what is there instead. */
  readonly explain: () => string;
  /** Ends the wait when nothing more can come. */
  readonly closed: AbortSignal;
}

/** Resolves with what `look` finds, now or after a change; rejects after the timeout or when closed. */
export async function waitFor<T>({ look, onChange, timeoutMillis, explain, closed }: Wait<T>): Promise<T> {
  let stop = (): void => undefined;
  const found = new Promise<T>((resolve, reject) => {
    const lookAgain = (lookHere: Look<T>) => {
      try {
        const result = lookHere();
        if (result !== undefined) resolve(result);
      } catch (error) {
        reject(error);
      }
    };
    const giveUp = () => reject(new Error(`the viewer was closed: ${explain()}`));
    const stopLooking = onChange(lookAgain);
    const timer = setTimeout(() => reject(new Error(`after ${timeoutMillis} ms: ${explain()}`)), timeoutMillis);
    closed.addEventListener('abort', giveUp);
    stop = () => {
      stopLooking();
      clearTimeout(timer);
      closed.removeEventListener('abort', giveUp);
    };
    lookAgain(look);
    if (closed.aborted) giveUp();
  });
  try {
    return await found;
  } finally {
    stop();
  }
}
