import type { Define } from "./command.ts";

export interface CommandEntry {
  /** Its heading in `mmoe --help`. */
  readonly group: "Train" | "Results" | "Models and data" | "Clusters" | "This machine";
  /** Its line in `mmoe --help`, and in completion. */
  readonly summary: string;
  readonly load: () => Promise<{ define: Define }>;
}

/** Every command, in the order of the help. The table in docs/README.md has a row for each. */
export const COMMANDS: Readonly<Record<string, CommandEntry>> = {
  sweep: {
    group: "Train",
    summary: "train models at several correlations, many runs each; write CSV",
    load: () => import("./sweep.ts"),
  },
  regimes: {
    group: "Train",
    summary: "show when sharing pays, and where your model stands among others",
    load: () => import("./regimes.ts"),
  },
  init: {
    group: "Train",
    summary: "write a config to start from: a preset's settings, commented out",
    load: () => import("./init.ts"),
  },
  status: {
    group: "Train",
    summary: "show which runs of a sweep are done, failed or missing",
    load: () => import("./status.ts"),
  },
  merge: {
    group: "Train",
    summary: "join results of shards or machines; write the CSV files",
    load: () => import("./merge.ts"),
  },
  verify: {
    group: "Train",
    summary: "train some finished runs again and compare",
    load: () => import("./verify.ts"),
  },
  summary: {
    group: "Results",
    summary: "show final losses of each cell, tests, gains of tasks, costs",
    load: () => import("./summary.ts"),
  },
  compare: {
    group: "Results",
    summary: "compare two results folders: is the second worse?",
    load: () => import("./compare.ts"),
  },
  claims: {
    group: "Results",
    summary: "test the paper's seven claims on a sweep",
    load: () => import("./claims.ts"),
  },
  figures: {
    group: "Results",
    summary: "draw a sweep's figures: SVG, PNG, PDF, and their numbers",
    load: () => import("./figures.ts"),
  },
  tune: {
    group: "Results",
    summary: "choose or search settings for each model; write the config",
    load: () => import("./tune.ts"),
  },
  predict: {
    group: "Results",
    summary: "predict new rows of a table by the kept weights of a run",
    load: () => import("./predict.ts"),
  },
  export: {
    group: "Results",
    summary: "write runs or curves as Parquet or CSV",
    load: () => import("./export.ts"),
  },
  report: {
    group: "Results",
    summary: "write one HTML page with table, figures, claims and provenance",
    load: () => import("./report.ts"),
  },
  play: {
    group: "Models and data",
    summary: "serve a page that trains models in a browser and shows what they learn",
    load: () => import("./play.ts"),
  },
  slurm: {
    group: "Clusters",
    summary: "print or submit a sweep as a Slurm job array",
    load: () => import("./slurm.ts"),
  },
  k8s: {
    group: "Clusters",
    summary: "print a sweep as an indexed Kubernetes Job",
    load: () => import("./k8s.ts"),
  },
  data: {
    group: "Models and data",
    summary: "write the rows a run sees; measure or fit label correlations",
    load: () => import("./data.ts"),
  },
  cuda: {
    group: "This machine",
    summary: "set up training on NVIDIA GPUs",
    load: () => import("./cuda.ts"),
  },
  doctor: {
    group: "This machine",
    summary: "show what works on this machine, how fast, and what to fix",
    load: () => import("./doctor.ts"),
  },
  models: {
    group: "Models and data",
    summary: "list the models and their parameter counts",
    load: () => import("./models.ts"),
  },
  completion: {
    group: "This machine",
    summary: "print completion for bash, zsh or fish",
    load: () => import("./completion.ts"),
  },
};
