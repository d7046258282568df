/** One signal's way from the API to its exporters, registered globally for as long as it runs. */
export interface Pipeline {
  /** Makes it the provider that the API hands out. */
  register(): void;
  /** Sends what waits beside the outbox and what is in flight, which takes the event loop; never rejects. */
  flush(timeoutMillis: number): Promise<void>;
  /** The same at the end of the process; what it has tried to send is not unsent any more. */
  end(timeoutMillis: number): Promise<void>;
  /** Tells whether something waits beside the outbox that `end()` has not tried to send. */
  hasUnsent(): boolean;
  /** Takes the registration back, where it registered, and stops. */
  shutdown(): Promise<void>;
}
