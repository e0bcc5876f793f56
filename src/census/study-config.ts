import { COLLEGE_WORDS, type College, type Group } from "./study.ts";

/** The models of the paper's Tables 1 and 2, in their order. */
const CENSUS_MODELS = [
  ...["single-task", "shared-bottom", "l2-constrained", "cross-stitch", "tensor-factorization", "omoe", "mmoe"],
] as const;

/** The config of a group's sweep, from which `mmoe tune` chooses: in the folder of its tables. */
export function studyConfig(group: Group, college: College): string {
  const main = group === 1 ? "income above $50,000" : `education of at least ${COLLEGE_WORDS[college]}`;
  return `# The paper's census study, group ${group} (Ma et al., KDD 2018, section 6.3); docs/census.md explains it.
extends: paper
name: census-${group}
about: "Census-Income (KDD), group ${group}: ${main}, and never married"
rows: ./${tableName(group)}
models: [${CENSUS_MODELS.join(", ")}]
runs: 5
batch: 512
steps: 4000 # about ten passes over the 199,523 training rows
optimizer: adam
lr: [0.0003, 0.001, 0.003]
evalEvery: 400
report: heldout
marks: # the paper does not give the settings that its tuner chose
  rows: assumed # the rows and the split are the paper's; how columns become inputs is assumed
  models: paper
  runs: assumed
  batch: assumed
  steps: assumed
  optimizer: assumed
  lr: assumed
  evalEvery: assumed
  report: assumed
`;
}

/** A table's file in the folder of the study. */
export function tableName(group: Group): string {
  return `group${group}.parquet`;
}
