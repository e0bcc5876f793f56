import { styleText } from "node:util";
import type { Effects, Output } from "../command.ts";

const STYLES = { good: "green", bad: "red", open: "yellow", quiet: "dim" } as const;
type Style = keyof typeof STYLES;

/** Gives a text a style, or not. */
export type Paint = (style: Style | undefined, text: string) => string;

export const PLAIN: Paint = (_, text) => text;

/** Colours on a terminal, unless NO_COLOR is set (no-color.org) or the terminal has none. */
export function paintFor({ isTTY = false }: Output, { NO_COLOR, TERM }: Effects["env"]): Paint {
  if (!isTTY || NO_COLOR || TERM === "dumb") return PLAIN;
  return (style, text) => (style === undefined ? text : styleText(STYLES[style], text, { validateStream: false }));
}

/** The style of a verdict or a state. */
const STYLE_OF: Readonly<Record<string, Style>> = {
  holds: "good",
  better: "good",
  same: "good",
  yes: "good",
  training: "good",
  "does not hold": "bad",
  worse: "bad",
  differ: "bad",
  no: "bad",
  killed: "bad",
  undecided: "open",
  silent: "open",
  "not covered": "quiet",
};

/** A verdict in its colour; `text` is what is shown for it. */
export function verdictText(paint: Paint, verdict: string, text = verdict): string {
  return paint(STYLE_OF[verdict], text);
}
