// The rungs of the ladder as thin lines behind losses.
import { ladderOf, rungName } from "../config/ladder.ts";
import type { Results } from "../records/read-results.ts";
import type { LossSet } from "../records/record.ts";
import type { Box } from "./axes.ts";
import type { Scale } from "./scale.ts";
import { across, down } from "./series.ts";
import { group, type SvgNode } from "./svg.ts";
import { SMALL, text, textWidth } from "./text.ts";
import type { Theme } from "./theme.ts";

/** A rung that has a line, and its name. */
interface RungLine {
  readonly loss: number;
  readonly label: string;
}

/** The rungs of a sweep, the lowest loss first; none for the running mean, which lies above the rung that a run ends on. */
export function rungLines({ config }: Results, loss: LossSet): RungLine[] {
  if (loss === "running") return [];
  const ladder = ladderOf(config);
  const lines = ladder.rungs.map((value, rung) => ({ loss: value, label: rungName(rung, ladder) }));
  return lines.sort((a, b) => a.loss - b.loss);
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

interface MarkOptions {
  readonly box: Box;
  readonly theme: Theme;
  /** Whether the lines have names. */
  readonly named: boolean;
}

/** Height at the top of a panel that the lines leave free. */
const FREE = SMALL + 1;

/** Lines down a panel at the rungs that its axis of losses has, each with its name to the right where there is room, or its number. */
export function rungsDown(lines: readonly RungLine[], x: Scale, { box, theme, named }: MarkOptions): SvgNode {
  const places = inside(lines, x);
  const end = box.x + box.width;
  return group({ class: "rungs" }, [
    ...places.map(({ at }) => down(at, box.y + FREE, box.y + box.height, theme.quiet, WIDTH)),
    ...places.flatMap(({ at, label }, i) => {
      const room = (places[i + 1]?.at ?? end) - at;
      const words = [label, label.replace(/^rung /, "")].find((some) => textWidth(some, SMALL) + APART <= room);
      const style = { fill: theme.quiet, size: SMALL } as const;
      return named && words !== undefined ? [text(words, at + APART / 2, box.y + 2 * SMALL, style)] : [];
    }),
  ]);
}

/** Lines across a panel, each with its number to the right of it where there is room. */
export function rungsAcross(lines: readonly RungLine[], y: Scale, { box, theme, named }: MarkOptions): SvgNode {
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
