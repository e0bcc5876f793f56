// What is wrong with a config, all of it at once.
import { UsageError } from "../errors.ts";
import type { SettingKey, Settings } from "./schema.ts";

/** A check has come to a setting whose value is wrong. */
class Unread extends Error {}

/** The settings; to read one of `unread` ends a check. */
export function readable(settings: Settings, unread: ReadonlySet<SettingKey>): Settings {
  if (unread.size === 0) return settings;
  const guarded = { ...settings };
  const get = () => {
    throw new Unread();
  };
  for (const key of unread) Object.defineProperty(guarded, key, { get, enumerable: true });
  return guarded;
}

/** Lines for people, one for each thing that is wrong. */
export class Complaints {
  readonly #lines: string[] = [];

  add(lines: readonly string[]): void {
    this.#lines.push(...lines);
  }

  /** What `step` gives; undefined if it refuses something, or needs a setting whose value is wrong. */
  attempt<T>(step: () => T): T | undefined {
    try {
      return step();
    } catch (error) {
      if (error instanceof UsageError) this.add(error.lines);
      else if (!(error instanceof Unread)) throw error;
      return undefined;
    }
  }

  /** Whether `check` refuses nothing. */
  holds(check: () => void): boolean {
    return this.attempt(() => [check()]) !== undefined;
  }

  /** Throws UsageError with all lines, if there are any. */
  end(): void {
    if (this.#lines.length > 0) throw new UsageError([...new Set(this.#lines)]);
  }
}
