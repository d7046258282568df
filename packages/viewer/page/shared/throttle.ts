/**
 * Runs asynchronous work when it is asked for, one at a time and no more often than every `millis`; what is asked for
 * meanwhile becomes one more run at the end. Work that takes long waits for as long again, so that it never takes more than
 * half of the time.
 */
export function throttle(millis: number, work: () => Promise<void>): () => void {
  let state: 'idle' | 'running' | 'again' = 'idle';

  async function run(): Promise<void> {
    state = 'running';
    const began = performance.now();
    try {
      await work();
    } finally {
      setTimeout(rested, Math.max(millis, performance.now() - began));
    }
  }

  function rested(): void {
    if (state === 'again') void run();
    else state = 'idle';
  }

  return () => {
    if (state === 'idle') void run();
    else state = 'again';
  };
}
