import { COLLEGE_WORDS, type College, type Group } from "./study.ts";

/** The models of the paper's Tables 1 and 2, in their order. */
const CENSUS_MODELS = [
  "single-task",
  "shared-bottom",
  "l2-constrained",
  "cross-stitch",
  "tensor-factorization",
  "omoe",
  "mmoe",
] as const;

interface About {
  readonly college: College;
  /** The least age of the rows; 0 for all. */
  readonly age: number;
  /** The share of the rows that each run draws for the test; undefined if the tables have parts. */
  readonly heldout: number | undefined;
}

/** The config of a group's sweep, from which `mmoe tune` chooses: in the folder of its tables. */
export function studyConfig(group: Group, { college, age, heldout }: About): string {
  const main = group === 1 ? "income above $50,000" : `education of at least ${COLLEGE_WORDS[college]}`;
  const who = age > 0 ? `, people of ${age} and older` : "";
  const file = `./${tableName(group)}`;
  // As many rows for validation as for the test.
  const rows =
    heldout === undefined
      ? `rows: ${file}\n`
      : `rows: { file: ${file}, heldout: ${rounded(heldout)}, split: run }\nvalidation: ${rounded(heldout / (1 - heldout))}\n`;
  return `# The paper's census study, group ${group} (Ma et al., KDD 2018, section 6.3); docs/census.md explains it.
extends: paper
name: census-${group}
about: "Census-Income (KDD), group ${group}: ${main}, and never married${who}"
${rows}models:
${CENSUS_MODELS.map((model) => `  - ${model}\n`).join("")}  - { name: logistic-regression, like: single-task, experts: { layers: [16], activation: none }, tower: { layers: [] } }
runs: 5
batch: 512
steps: auto # each run stops by the AUC of its main task on validation rows
chooseBy: auc1
optimizer: adam
lr: [0.0003, 0.001, 0.003]
report: heldout
marks: # the paper does not give the settings that its tuner chose
  rows: assumed # the rows and the split are the paper's; how columns become inputs is assumed
  models: assumed # the paper's seven in sizes that it does not give, and what they are worth: the same inputs without a hidden layer
  runs: assumed
  batch: assumed
  steps: assumed
  chooseBy: assumed
  optimizer: assumed
  lr: assumed
  report: assumed
`;
}

function rounded(share: number): number {
  return Number(share.toFixed(4));
}

/** A table's file in the folder of the study. */
export function tableName(group: Group): string {
  return `group${group}.parquet`;
}
