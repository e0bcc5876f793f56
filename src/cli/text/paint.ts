import { styleText } from "node:util";
import type { Effects, Output } from "../command.ts";

const STYLES = { good: "green", bad: "red", open: "yellow", quiet: "dim" } as const;
type Style = keyof typeof STYLES;

export type Paint = (style: Style | undefined, text: string) => string;

export const PLAIN: Paint = (_, text) => text;

/** Colours on a terminal, unless NO_COLOR is set (no-color.org) or the terminal has none. */
export function paintFor({ isTTY = false }: Output, { NO_COLOR, TERM }: Effects["env"]): Paint {
  if (!isTTY || NO_COLOR || TERM === "dumb") return PLAIN;
  return (style, text) => (style === undefined ? text : styleText(STYLES[style], text, { validateStream: false }));
}

const VERDICTS: Readonly<Record<Style, readonly string[]>> = {
  good: ["holds", "better", "same", "yes", "training"],
  bad: ["does not hold", "worse", "differ", "no", "killed"],
  open: ["undecided", "silent"],
  quiet: ["not covered"],
};

/** A verdict in its colour; `text` is what is shown for it. */
export function verdictText(paint: Paint, verdict: string, text = verdict): string {
  const styles = Object.keys(VERDICTS) as Style[];
  return paint(
    styles.find((style) => VERDICTS[style].includes(verdict)),
    text,
  );
}
