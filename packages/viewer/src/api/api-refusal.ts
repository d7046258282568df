/** A request that is not answered as it was asked; thrown by whatever finds out. */
export class ApiRefusal extends Error {
  override readonly name = 'ApiRefusal';
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, problem: string, headers: Readonly<Record<string, string>> = {}) {
    super(problem);
    this.status = status;
    this.headers = headers;
  }
}
