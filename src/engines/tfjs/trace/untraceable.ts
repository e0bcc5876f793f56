/** What a function does can't be recorded as a graph; calling its operations one by one does it. */
export class UntraceableError extends TypeError {
  override name = "UntraceableError";
  readonly reason: string;

  constructor(reason: string) {
    super(`trace: ${reason}`);
    this.reason = reason;
  }
}
