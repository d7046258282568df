import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';

import { useApp } from '../app/app.ts';

const SHOWN_MILLIS = 2500;

/** A short message that goes by itself, read out by screen readers. */
export function Message(): JSX.Element {
  const { message } = useApp();
  const text = message.value;
  useEffect(() => {
    if (text === '') return undefined;
    const timer = setTimeout(() => void (message.value = ''), SHOWN_MILLIS);
    return () => clearTimeout(timer);
  }, [text, message]);
  return (
    <div class={`message${text === '' ? '' : ' is-shown'}`} role="status">
      {text}
    </div>
  );
}
