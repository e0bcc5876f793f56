// The rungs of the ladder as thin lines behind losses.
import type { LossSet } from "../../config/losses.ts";
import type { Box } from "./axes.ts";
import type { RungLine, SweepFacts } from "./facts.ts";
import type { Scale } from "./scale.ts";
import { across, down } from "./series.ts";
import type { Theme } from "./style.ts";
import { group, SMALL, type SvgNode, text, textWidth } from "./svg.ts";

/**
 * The rungs of a sweep, the lowest loss first; none for the running mean, which lies above the rung that a run ends on, and
 * for rows of the user's own.
 */
export function rungLines({ rungs }: SweepFacts, loss: LossSet): readonly RungLine[] {
  return loss === "running" ? [] : rungs;
}

/** For a caption; empty if there are no rungs. `where` says where their numbers are, if they have no names. */
export function rungSentence(lines: readonly RungLine[], where = ""): string {
  if (lines.length === 0) return "";
  return ` Grey lines${where}: rung j is the loss of a run whose tasks all lack the j fastest sines; with tasks on different rungs it lies between.`;
}

const WIDTH = 0.4;
/** Between a name and the next line. */
const APART = 2;
/** Room to the right of the last panel of a row. */
const BESIDE = 4;

interface RungPanel {
  readonly box: Box;
  readonly theme: Theme;
}

/** A part of a horizontal line, in points. */
export type Stretch = readonly [left: number, right: number];

/** Height at the top of a panel that the lines leave free. */
const FREE = SMALL + 1;

/** Height of the names below the top of a panel. */
const NAMES = 2 * SMALL;
/** Marks in a panel that reach to here, below its top, reach the names. */
export const NAMES_END = NAMES + 1;

/** A text, and where it begins. */
interface Name {
  readonly words: string;
  readonly left: number;
}

/** Lines down a panel at the rungs that its axis of losses has, and names beside them. */
export function rungsDown(
  lines: readonly RungLine[],
  x: Scale,
  { box, theme }: RungPanel,
  names: readonly Name[] = [],
): SvgNode {
  const style = { fill: theme.quiet, size: SMALL } as const;
  return group({ class: "rungs" }, [
    ...inside(lines, x).map(({ at }) => down(at, box.y + FREE, box.y + box.height, theme.quiet, WIDTH)),
    ...names.map(({ words, left }) => text(words, left, box.y + NAMES, style)),
  ]);
}

/**
 * The name of each line down a panel, or its number, to its right: where that does not lie on the next line, nor on what
 * else is drawn as high (`taken`).
 */
export function rungNames(lines: readonly RungLine[], x: Scale, box: Box, taken: readonly Stretch[]): Name[] {
  const places = inside(lines, x);
  return places.flatMap(({ at, label }, i) => {
    const end = places[i + 1]?.at ?? box.x + box.width;
    const free = (to: number) => to <= end && taken.every(([low, high]) => high < at || low >= to);
    const words = [label, label.replace(/^rung /, "")].find((some) => free(at + textWidth(some, SMALL) + APART));
    return words === undefined ? [] : [{ words, left: at + APART / 2 }];
  });
}

/** Lines across a panel, each with its number to the right of it, if they are `named`, where there is room. */
export function rungsAcross(lines: readonly RungLine[], y: Scale, { box, theme }: RungPanel, named: boolean): SvgNode {
  const places = inside(lines, y);
  const right = box.x + box.width;
  return group({ class: "rungs" }, [
    ...places.map(({ at }) => across(box.x, right, at, theme.quiet, WIDTH)),
    ...places.flatMap(({ at, label }, i) => {
      const room = (places[i - 1]?.at ?? Number.POSITIVE_INFINITY) - at;
      const style = { fill: theme.quiet, size: SMALL } as const;
      const number = label.replace(/^rung /, "");
      return named && room >= SMALL && textWidth(number, SMALL) <= BESIDE
        ? [text(number, right + 1, at + SMALL * 0.35, style)]
        : [];
    }),
  ]);
}

function inside(lines: readonly RungLine[], { domain, at }: Scale): { at: number; label: string }[] {
  const [low, high] = domain;
  return lines.filter(({ loss }) => loss >= low && loss <= high).map(({ loss, label }) => ({ at: at(loss), label }));
}
