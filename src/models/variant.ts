import { type Dimensions, RANKS, SELECTION } from "./shapes.ts";
import type { ModelSpec } from "./spec.ts";
import { type ModelName, ZOO } from "./zoo.ts";

type Some<T> = { readonly [Key in keyof T]?: T[Key] | undefined };

/** A model of the zoo under another name, and what differs from it. */
export interface Variant extends Some<Pick<ModelSpec, "gating" | "levels" | "constraint" | "bias">> {
  readonly name: string;
  readonly label?: string | undefined;
  readonly like: ModelName;
  readonly experts?: Some<ModelSpec["experts"]> | undefined;
  readonly gate?: Some<Omit<ModelSpec["gate"], "select"> & { select: Some<typeof SELECTION> }> | undefined;
  readonly tower?: Some<ModelSpec["tower"]> | undefined;
  readonly ranks?: Some<typeof RANKS> | undefined;
}

export function variantSpec(
  { name, label: _, like, experts, gate, tower, ranks, ...changes }: Variant,
  dimensions: Dimensions,
): ModelSpec {
  const base: ModelSpec = ZOO[like].build(dimensions);
  const select = gate?.select && { ...SELECTION, ...base.gate.select, ...gate.select };
  return {
    ...base,
    ...changes,
    name,
    experts: { ...base.experts, ...experts },
    gate: { ...base.gate, ...gate, ...(select && { select }) },
    tower: { ...base.tower, ...tower },
    ...(ranks && { ranks: { ...RANKS, ...base.ranks, ...ranks } }),
  } as ModelSpec;
}

/** The name of a model that was changed by settings such as `experts.shared=4`: `mmoe-experts.shared-4`. */
export function variantName(
  model: string,
  changes: readonly { readonly path: readonly string[]; readonly text: string }[],
) {
  return [model, ...changes.map(({ path, text }) => `${path.join(".")}-${plainText(text)}`)].join("-");
}

/** What a name may have of a text. */
export function plainText(text: string): string {
  return (text.match(/[a-z0-9.]+/gi) ?? []).join("-");
}
