// What `mmoe census` prints.
import { basename } from "node:path";
import { type AucRow, type AucTable, BASELINE } from "../../census/auc-tables.ts";
import type { CensusRows } from "../../census/read-census.ts";
import { COLLEGE, COLLEGE_WORDS, type College, type Study, taskFacts } from "../../census/study.ts";
import { pointTitle } from "../../identity/cell.ts";
import type { Results } from "../../records/read-results.ts";
import { estimateText } from "../../stats/estimate.ts";
import { thousands } from "../../units.ts";
import type { Block } from "./blocks.ts";
import { fewNote } from "./cell-names.ts";

/** The paper's absolute correlations of a group's labels (section 6.3). */
const PAPER_CORRELATION = { 1: 0.1768, 2: 0.2373 } as const;

/** Rows of census-income.data and census-income.test, as UCI distributes them. */
const UCI_ROWS = [199_523, 99_762];

/** What is in a file. */
export function fileFacts(file: string, { rows, trimmed, duplicates, values }: CensusRows): string {
  const young = values.age.filter((age) => Number(age) < ADULT).length;
  const other = UCI_ROWS.includes(rows) ? "" : ` (UCI's files have ${UCI_ROWS.map(thousands).join(" and ")})`;
  const counts = `${thousands(young)} under ${ADULT}, ${thousands(duplicates)} like an earlier row`;
  return `${file}: ${thousands(rows)} rows${other}: ${counts}; spaces trimmed behind ${thousands(trimmed)} values`;
}

/** Nobody younger has an income above $50,000, and nearly all are never married. */
const ADULT = 16;

/** What the tables of the study hold. */
export function preparedBlocks(study: Study, most: number): Block[] {
  const { kept, college } = study;
  const rows = [["group", "tasks", "share of rows", "|correlation|", "the paper's"], factsRow(study, 1, college)];
  for (const one of COLLEGE) rows.push(factsRow(study, 2, one));
  const distance = (one: College) => Math.abs(taskFacts(study, 2, one).correlation - PAPER_CORRELATION[2]);
  const nearest = [...COLLEGE].sort((a, b) => distance(a) - distance(b))[0];
  const near = `nearest to the paper's ${PAPER_CORRELATION[2]}: ${COLLEGE_WORDS[nearest]}`;
  const chosen = `${near}\ngroup 2's tables begin college at ${COLLEGE_WORDS[college]} (--college changes it): the paper says "at least college"`;
  const grouped = [...kept.keys()];
  const rare = `values beyond the ${most - 1} most frequent are 'other' in: ${grouped.join(", ")}`;
  return [{ before: partsText(study) }, { rows, after: grouped.length > 0 ? `${chosen}\n${rare}` : chosen }];
}

function partsText({ train, heldout }: Study): string {
  if (heldout === undefined) return `${thousands(train.rows)} rows, which each run splits into parts of its own`;
  const validated = heldout.validation.reduce((sum, mark) => sum + mark, 0);
  const tested = thousands(heldout.rows.rows - validated);
  return `${thousands(train.rows)} training rows, ${thousands(validated)} for validation, ${tested} for the test`;
}

function factsRow(study: Study, group: 1 | 2, college: College): string[] {
  const { shares, correlation } = taskFacts(study, group, college);
  const main = group === 1 ? "income above $50,000" : COLLEGE_WORDS[college];
  return [
    String(group),
    `${main}, never married`,
    shares.map((share) => `${(100 * share).toFixed(1)} %`).join(", "),
    correlation.toFixed(4),
    PAPER_CORRELATION[group].toFixed(4),
  ];
}

const NAMES: Readonly<Record<string, string>> = {
  y_income: "income above $50,000",
  y_college: "at least college",
  y_never_married: "never married",
};

/** A group's AUCs, a table for each task, and if each run has a split of its own another one of differences. */
export function aucBlocks({ group, labels, rows, isResplit, age }: AucTable, { config, path }: Results): Block[] {
  const withPaper = (row: readonly string[], ...columns: readonly number[]) =>
    age > 0 ? row.filter((_, i) => !columns.includes(i)) : [...row];
  const file = basename(config.rows?.file ?? "");
  return labels.flatMap((label, k): Block[] => {
    const task = k as 0 | 1;
    const title = task === 0 ? `group ${group}: ${path}, AUC on the held-out rows of ${file}\n` : "";
    const name = NAMES[label];
    const of = (kind: string) => `${title}${name} (${kind})`;
    if (!isResplit) {
      const kind = task === 0 ? "main task" : "auxiliary task, best run of the main task";
      const head = ["", "runs", task === 0 ? "best" : "in best", "paper", "mean [95 %]", "paper"];
      const cells = [head, ...rows.map((row) => aucRow(row, task))];
      return [{ before: of(kind), rows: cells.map((row) => withPaper(row, 3, 5)) }];
    }
    const means = rows.map((row) => [nameOf(row), String(row.runs), ...meanCells(row, task)]);
    const gains = rows.flatMap((row) => (row.model === BASELINE ? [] : [gainRow(row, task)]));
    return [
      {
        before: of(task === 0 ? "main task" : "auxiliary task"),
        rows: [["", "splits", "mean [95 %]", "paper"], ...means].map((row) => withPaper(row, 3)),
      },
      { before: `${name}, minus ${BASELINE}`, rows: [["", "difference [95 %]", "higher in"], ...gains] },
    ];
  });
}

/** What is under the tables of one or more sweeps. */
export function aucNotes(tables: readonly AucTable[]): Block {
  const runs = tables.flatMap(({ rows }) => rows.map((row) => row.runs));
  const splits = tables.some(({ isResplit }) => isResplit)
    ? ["95 %: for further splits of these rows, whose overlap it allows for (Nadeau and Bengio, 2003)"]
    : [];
  const paper = tables.some(({ age }) => age === 0)
    ? [
        "paper: Tables 1 and 2 of Ma et al. 2018, of 400 runs; the sizes and settings that its tuner chose are not given",
      ]
    : [];
  const ages = [...new Set(tables.flatMap(({ age }) => (age > 0 ? [age] : [])))];
  const some = ages.map((age) => `rows of people of ${age} and older are not the paper's, which have all ages`);
  return { before: [...fewNote(runs), ...splits, ...paper, ...some].join("\n") };
}

function aucRow(row: AucRow, task: 0 | 1): string[] {
  const { runs, best, paper } = row;
  return [nameOf(row), String(runs), four(best?.[task]), four(paper?.best[task]), ...meanCells(row, task)];
}

function nameOf(row: AucRow): string {
  return [row.model, pointTitle(row).trim()].filter((text) => text !== "").join(" ");
}

function meanCells({ runs, mean, paper }: AucRow, task: 0 | 1): string[] {
  return [mean ? estimateText(mean[task], 4, runs) : "-", four(paper?.mean[task])];
}

function gainRow(row: AucRow, task: 0 | 1): string[] {
  const gain = row.gains?.[task];
  if (gain === undefined) return [nameOf(row), "-", "-"];
  return [nameOf(row), estimateText(gain.mean, 4, gain.splits), `${gain.higher} of ${gain.splits}`];
}

function four(value: number | undefined): string {
  return value?.toFixed(4) ?? "-";
}
