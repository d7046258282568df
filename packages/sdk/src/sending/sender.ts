/** Sends encoded batches to one endpoint. Nothing of it keeps the process alive. */
export interface Sender {
  /**
   * Sends one request and returns the encoded answer.
   *
   * @throws SendError for everything else than a success
   */
  send(body: Uint8Array, timeoutMillis: number): Promise<Uint8Array>;
  /** Ends the requests in flight; they fail. */
  abort(): void;
}
