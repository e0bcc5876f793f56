import { modelStyles } from "../figures/draw/style.ts";
import type { Theme } from "../figures/draw/theme.ts";
import type { Live } from "./playground.ts";

/** The colour of each model by a theme, as in the figures of a sweep. */
export function modelColours(lives: readonly Live[]): ((theme: Theme) => string)[] {
  const names = lives.map(({ run }) => run.model.name);
  return names.map((name) => (theme) => modelStyles(names, theme).get(name)?.colour ?? theme.ink);
}
