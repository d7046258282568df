/** Counts the requests that are followed, so that they are followed to their end when no new ones are. */
export class OpenRequests {
  #count = 0;
  #waiting: (() => void)[] = [];

  begin(): void {
    this.#count++;
  }

  end(): void {
    this.#count--;
    if (this.#count > 0 || this.#waiting.length === 0) return;
    for (const work of this.#waiting.splice(0)) work();
  }

  /** Calls `work` as soon as none is open, which may be now. */
  whenNone(work: () => void): void {
    if (this.#count <= 0) work();
    else this.#waiting.push(work);
  }
}
