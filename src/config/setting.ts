// What the declaration of a setting says.
import type { z } from "zod";
import type { Mark } from "../data/presets.ts";
import type { TrainingPath } from "../engines/training-path.ts";

/** What a path does with a setting: supports it; has its model's code decide; or refuses all values but one. */
type Support<T> = typeof SUPPORTED | typeof BY_CODE | { readonly only: T };

export const SUPPORTED = "supported";
/** A model in code says it in its file. */
export const BY_CODE = "by code";

/** What each path does with a setting; or that none sees it, since the plan makes runs of it. */
type Paths<T> = Readonly<Record<TrainingPath, Support<T>>> | typeof PLANNED;

export const PLANNED = "planned";

/** Every path lists itself: a new one does not compile until it does. */
export const EVERYWHERE = {
  cpu: SUPPORTED,
  "tfjs-eager": SUPPORTED,
  "tfjs-traced": SUPPORTED,
  process: SUPPORTED,
} as const satisfies Paths<never>;

/** A setting that a file may lack: every one that comes after the first release. */
export interface Optional<T> {
  /**
   * Its value in a file that lacks it, and so in every sweep from before it existed. No hash, and so no folder's name,
   * includes that value.
   */
  readonly default: T | Readonly<T>;
  /** Source of that value. */
  readonly mark: Mark;
}

/**
 * Whether another value is another sweep. `shown`: it says how a sweep is called and shown, and no run depends on it;
 * `extent`: it says how much of the sweep there is; `apart`: it has an identity of its own; `trained`: yes, by its value or
 * by what `hashed` makes of it.
 */
type InHash<T> = "shown" | "extent" | "apart" | "trained" | { hashed(value: T): unknown };

/** A setting's declaration but for its schema. */
type Declared<T> = (Optional<T> | { readonly default?: never }) & {
  readonly hash: InHash<T>;
  /** Whether a sweep may list values of it, and then trains every combination. */
  readonly grid: boolean;
  readonly paths: Paths<T>;
};

export type Setting<S extends z.ZodType = z.ZodType> = { readonly schema: S } & Declared<z.output<S>>;

/** One setting. */
export function setting<S extends z.ZodType, const D extends Declared<z.output<S>>>(schema: S, declared: D) {
  return { schema, ...declared };
}
