/** The viewer's port is taken. */
export class ViewerPortError extends Error {
  override readonly name = 'ViewerPortError';
  readonly code = 'EADDRINUSE';
  readonly port: number;
  /** Where the holder of the port answers, e.g. `http://127.0.0.1:4318`. */
  readonly url: string;
  /** The version of the viewer that has the port; `undefined` when something else has it. */
  readonly viewerVersion: string | undefined;

  constructor(port: number, url: string, viewerVersion: string | undefined) {
    const holder = viewerVersion === undefined ? 'a program that is not a Clew viewer' : `Clew viewer ${viewerVersion}`;
    super(`port ${port} is taken by ${holder}`);
    this.port = port;
    this.url = url;
    this.viewerVersion = viewerVersion;
  }
}
