import type { Config } from "./config.ts";

/** What tasks are called wherever they are shown, [K]: by their labels, or `task 1` of the generator's. */
export function taskNames({ rows, tasks }: Pick<Config, "rows" | "tasks">): readonly string[] {
  return rows?.labels ?? Array.from({ length: tasks }, (_, k) => `task ${k + 1}`);
}
