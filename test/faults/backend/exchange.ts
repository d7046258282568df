/** Answer to a request. */
export interface Answer {
  /** Of HTTP; over gRPC, the status that means the same. */
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | string;
}

/** One request and its answer, over HTTP or gRPC. */
export interface Exchange {
  readonly path: string;
  readonly isJson: boolean;
  /** Reads the body, no faster than told, and inflates it. Rejects when the client goes away. */
  readBody(bytesPerSecond: number): Promise<Buffer>;
  /** @returns whether the answer left while the connection stood */
  answer(answer: Answer): Promise<boolean>;
  /** Resets the connection when the first part of the body has come. */
  resetMidBody(): Promise<void>;
}

/** A port that can be closed and opened again. */
export interface Listener {
  /** Opens it; `port` 0 is any free one. Resolves with the port. */
  open(port: number): Promise<number>;
  /** Closes it and cuts every connection. */
  close(): Promise<void>;
}
