/** A promise, and the function that fulfils it: for a handler that is called once. */
export interface HandledOnce<Value> {
  readonly promise: Promise<Value>;
  done(value: Value): void;
}

export function handledOnce<Value = void>(): HandledOnce<Value> {
  let done!: (value: Value) => void;
  const promise = new Promise<Value>((resolve) => {
    done = resolve;
  });
  return { promise, done };
}
