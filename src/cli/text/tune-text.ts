import { correlationText } from "../../identity/cell.ts";
import { pointText } from "../../identity/grid-point.ts";
import { estimateText, LEAST_RUNS } from "../../stats/estimate.ts";
import type { Candidate, Pick } from "../../sweep/tune.ts";
import type { Block } from "./blocks.ts";
import { fewNote } from "./few-runs.ts";

/** Every point of each model, or cell, with its mean loss; the chosen ones are marked. */
export function candidatesOf(picks: readonly Pick[]): Block {
  const keys = Object.keys(picks[0]?.chosen ?? {});
  const rows = picks.flatMap((pick) =>
    pick.candidates.map((candidate) => [
      ...names(pick),
      ...cells(candidate),
      candidate.point === pick.chosen ? "<" : "",
    ]),
  );
  const few = fewNote(picks.flatMap(({ candidates }) => candidates.map(({ runs }) => runs)));
  return {
    rows: [[...heads(picks), ...keys, "mean [95 %]", "failed", ""], ...rows],
    ...(few.length > 0 && { after: few.join() }),
  };
}

function cells({ point, mean, runs, failed }: Candidate): string[] {
  return [...Object.values(point).map(String), estimateText(mean, 4, runs), String(failed)];
}

/** How sure each choice is. */
export function picksOf(picks: readonly Pick[]): Block {
  const rows = picks.map((pick) => [
    ...names(pick),
    pointText(pick.chosen),
    pick.next === undefined ? "none" : pointText(pick.next.point),
    pick.next === undefined ? "-" : estimateText(pick.next.behind, 4, pick.next.runs),
    pick.sure ? "yes" : "no",
    pick.atEnd.length > 0 ? `at an end of ${pick.atEnd.join(", ")}` : "",
  ]);
  const header = [...heads(picks), "chosen", "next best", "behind by [95 %]", "sure", ""];
  return { rows: [header, ...rows], lean: ["next best"], after: CAPTION };
}

const CAPTION = `sure: the interval over pairs of runs lies above 0, of ${LEAST_RUNS} runs or more
at an end: the least or the greatest of its list; a better one may lie beyond`;

function heads([first]: readonly Pick[]): string[] {
  return ["model", ...(first?.correlation === undefined ? [] : ["p"]), ...Object.keys(first?.at ?? {})];
}

function names({ model, correlation, at }: Pick): string[] {
  return [
    model,
    ...(correlation === undefined ? [] : [correlationText(correlation)]),
    ...Object.values(at).map(String),
  ];
}
