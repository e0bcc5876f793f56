/** What the user can mend (flag, config, file in the way): one line, exit code 2. */
export class UsageError extends Error {
  override name = "UsageError";
}

/** What became of one run: recorded as its reason, exit code 3 once the rest is done. */
export class RunError extends Error {
  override name = "RunError";
}
