/** What the user can fix (flag, config, file in the way): one line for each thing that is wrong, exit code 2. */
export class UsageError extends Error {
  override name = "UsageError";
  readonly lines: readonly string[];

  constructor(wrong: string | readonly string[]) {
    const lines = typeof wrong === "string" ? [wrong] : wrong;
    super(lines.join("\n"));
    this.lines = lines;
  }
}

/** An optional part is not installed; `fix` says how to install it. */
export class NotInstalled extends UsageError {
  readonly problem: string;
  readonly fix: string;

  constructor(problem: string, fix: string) {
    super(`${problem}: ${fix}`);
    this.problem = problem;
    this.fix = fix;
  }
}

/** `step` of each item. Throws one UsageError with what is wrong with all of them. */
export function forAll<T, R>(items: readonly T[], step: (item: T, i: number) => R): R[] {
  const wrong: string[] = [];
  const results = items.flatMap((item, i) => {
    try {
      return [step(item, i)];
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      wrong.push(...error.lines);
      return [];
    }
  });
  if (wrong.length > 0) throw new UsageError(wrong);
  return results;
}

/** The end of a switch over a closed set: a member without a case does not compile. `value` came in by a cast. */
export function unreachable(value: never): never {
  throw new RangeError(`unexpected value ${JSON.stringify(value)}`);
}
