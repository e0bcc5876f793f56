// Which runs train together.
import type { Matrix } from "../../data/correlation-matrix.ts";
import type { ModelSpec } from "../../models/spec.ts";
import { groupBy } from "../../stats/group-by.ts";
import type { Run } from "../engine.ts";
import { numbering } from "../numbering.ts";

/** Runs that train in the same calls: R of each model, the r-th of each on the same rows at the same learning rate. */
export interface Group {
  readonly models: readonly ModelSpec[];
  /** The R runs of the first model, those of the next, and so on. */
  readonly runs: readonly Run[];
  /** A run for each set of rows. */
  readonly sources: readonly Run[];
  /** The index in `sources` of each replica's rows, [R]. */
  readonly places: readonly number[];
}

/** Runs on the same rows: each of some models, one after the other, at each of some learning rates. */
type Company = readonly Run[];

export interface Grouping {
  /** The most companies like this one that train together; 0 if it is too large itself. */
  readonly sizeOf: (company: Company) => number;
  /** Whether runs of several models, or at several learning rates, train together. */
  readonly mixed: boolean;
}

/**
 * Every run is in one group, those of a company side by side. Groups of a kind have one size, except for the last, and
 * share a graph. They are in the order of their first runs.
 */
export function groupsOf(runs: readonly Run[], { sizeOf, mixed }: Grouping): Group[] {
  const numbers = numbersOf(mixed);
  const kindOf = (company: Company): string =>
    company.map(({ model, training }) => `${numbers.model(model)} ${numbers.training(training)}`).join();
  const sizes = new Map<string, number>();
  const sizeOfKind = (company: Company): number => {
    const kind = kindOf(company);
    const size = sizes.get(kind) ?? sizeOf(company);
    sizes.set(kind, size);
    return size;
  };
  const together = mixed ? companiesOf(runs, numbers) : runs.map((run) => [run]);
  const companies = together.flatMap((company) => divided(company, sizeOfKind, numbers));
  const kinds = groupBy(companies, kindOf);
  const groups: Company[][] = [];
  const open = new Map<string, Company[]>();
  for (const company of companies) {
    const kind = kindOf(company);
    const { length } = kinds.get(kind) as Company[];
    let group = open.get(kind);
    if (!group || group.length >= length / Math.ceil(length / sizeOfKind(company))) {
      group = [];
      groups.push(group);
      open.set(kind, group);
    }
    group.push(company);
  }
  return groups.map(groupOf);
}

export function groupOf(companies: readonly Company[]): Group {
  const first = companies[0];
  const ofModels = modelsOf(first, numbersOf(true));
  const rates = first.length / ofModels.length;
  return {
    models: ofModels.map(([run]) => run.model),
    runs: ofModels.flatMap((_, m) => companies.flatMap((company) => company.slice(m * rates, (m + 1) * rates))),
    sources: companies.map(([run]) => run),
    places: companies.flatMap((_, place) => new Array<number>(rates).fill(place)),
  };
}

/** Runs that may share rows, the models of each company at the same rates in the same order. */
function companiesOf(runs: readonly Run[], numbers: Numbers): Company[] {
  const rowsOf = ({ seed, index, correlationMatrix, data, training }: Run): string =>
    [seed, index, numbers.cell(correlationMatrix), numbers.data(data), numbers.training(training)].join();
  const ratesOf = (ofModel: Company): string => ofModel.map(({ training }) => training.lr).join();
  return [...groupBy(runs, rowsOf).values()].flatMap((onRows) =>
    Array.from(groupBy(modelsOf(onRows, numbers), ratesOf).values(), (atRates) => atRates.flat()),
  );
}

/** A company of which at least one fits, or halves: of its models, or of the rates of one. */
function divided(company: Company, sizeOf: Grouping["sizeOf"], numbers: Numbers): Company[] {
  if (company.length === 1 || sizeOf(company) >= 1) return [company];
  const models = modelsOf(company, numbers);
  const parts = models.length > 1 ? models : company.map((run) => [run]);
  const half = Math.ceil(parts.length / 2);
  return [parts.slice(0, half), parts.slice(half)].flatMap((part) => divided(part.flat(), sizeOf, numbers));
}

function modelsOf(runs: readonly Run[], numbers: Numbers): Company[] {
  return [...groupBy(runs, ({ model }) => String(numbers.model(model))).values()];
}

type Numbers = ReturnType<typeof numbersOf>;

/**
 * Numbers the settings that runs have in common. Settings that differ only in the learning rate have the same number if
 * that `mayDiffer`, except for a rate of 0, of which no other is a multiple.
 */
function numbersOf(mayDiffer: boolean) {
  return {
    model: numbering((model: ModelSpec) => model),
    data: numbering((data: Run["data"]) => data),
    cell: numbering((correlations: Matrix | null) => correlations),
    training: numbering((training: Run["training"]) =>
      mayDiffer ? { ...training, lr: Math.sign(training.lr) } : training,
    ),
  };
}
