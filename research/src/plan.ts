import { readFileSync } from "node:fs";
import { parse } from "yaml";
import { z } from "zod";
import { constantsText, setsIn } from "./constants.ts";

const oneOrMore = <T extends z.ZodType>(value: T) => z.union([value, z.array(value).min(1)]);
const PLAN_SCHEMA = z.array(
  z.strictObject({
    name: z.string().regex(/^[\w.-]+$/),
    constants: oneOrMore(z.string()),
    models: z.array(z.string()).min(1),
    corr: z.array(z.number()).min(1),
    runs: z.int().positive(),
    trainRows: oneOrMore(z.union([z.literal("fresh"), z.int().positive()])).default("fresh"),
    batch: oneOrMore(z.int().positive()),
    steps: z.int().positive(),
    lr: oneOrMore(z.number().positive()),
    initializer: oneOrMore(z.string()),
    /** Words that `mmoe sweep` takes as well, such as `--model-set mmoe.gate.bias=true`. */
    also: z.array(z.string()).default([]),
  }),
);

type Entry = z.output<typeof PLAN_SCHEMA>[number];
/** A sweep of the search. */
export type Job = Entry & { readonly constants: string };

/**
 * The sweeps of a plan in research/configs, in order. An entry with several sets of constants is a sweep for each, named
 * `NAME-CONSTANTS`; `phases` stands for all sets of phases.csv. Of a name, the first sweep counts.
 */
export function readPlan(plan = "plan"): Job[] {
  const entries = PLAN_SCHEMA.parse(parse(readFileSync(`research/configs/${plan}.yaml`, "utf8"), { merge: true }));
  const jobs = entries.flatMap((entry) => {
    const { name, constants } = entry;
    if (typeof constants === "string") return { ...entry, constants };
    const sets = constants.flatMap((one) => setsIn(one) ?? [one]);
    return sets.map((one) => ({ ...entry, name: `${name}-${one}`, constants: one }));
  });
  return jobs.filter(({ name }, i) => jobs.findIndex((job) => job.name === name) === i);
}

export function folderOf({ name }: Pick<Job, "name">): string {
  return `research/sweeps/${name}`;
}

/** The words of the command that trains a sweep or resumes it, after `mmoe`. */
export function wordsOf(job: Job): string[] {
  const { constants, models, corr, runs, trainRows, batch, steps, lr, initializer, also } = job;
  const set = { trainRows, data: constantsText(constants), initializer };
  const listed = { corr, models, runs, batch, steps, lr };
  return [
    "sweep",
    "research/configs/search.yaml",
    ...Object.entries(set).flatMap(([name, value]) => ["--set", `${name}=${[value].flat().join()}`]),
    ...Object.entries(listed).flatMap(([option, value]) => [`--${option}`, [value].flat().join()]),
    ...also,
    "--out",
    folderOf(job),
  ];
}
