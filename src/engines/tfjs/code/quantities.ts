import type { Tensor } from "@tensorflow/tfjs-core";
import type { Quantities } from "../../../diagnostics/quantities.ts";
import type { CodeModel } from "../../../models/code.ts";
import { modelError } from "../../children/model-error.ts";
import { type Diagnosing, hasMetrics, recorderOf } from "../../diagnosing.ts";
import type { Run } from "../../engine.ts";
import { EVALUATED_ROWS } from "../memory.ts";
import type { Tf } from "../tf.ts";
import { lentTf } from "./lent-tf.ts";
import type { LoadedCode } from "./load-code.ts";
import { byName, type CodeValues, floats, givenText } from "./predict.ts";
import { calling } from "./user-error.ts";
import { withoutChance } from "./without-chance.ts";

/** Most held-out rows that a model measures itself on, the first ones: they are predicted at once. */
export const MEASURED_ROWS = EVALUATED_ROWS;

/** Measures one run at `diagnosedSteps` as its model's code says, and its tasks' metrics; undefined if it has neither. */
export function codeDiagnosing(
  run: Run<CodeModel>,
  { code }: LoadedCode,
  measure: () => Quantities,
): Diagnosing | undefined {
  if (code.diagnostics === undefined && !hasMetrics(run)) return undefined;
  return recorderOf(run, measure);
}

/** Names are those of columns and figures. */
const NAME = /^[a-z][\w./-]*$/i;

/**
 * What a model in JavaScript measures of itself on rows x [B, D]; nothing if it does not. Throws UsageError for anything
 * but tensors [].
 */
export function codeQuantities(tf: Tf, loaded: LoadedCode, x: Tensor, { parameters, state }: CodeValues): Quantities {
  const { model, code } = loaded;
  if (code.diagnostics === undefined) return {};
  return tf.tidy(() => {
    const [ofModel, kept] = [byName(loaded.parameters, parameters), byName(loaded.state, state)];
    return calling(model, () => {
      const call = () => code.diagnostics?.(lentTf(tf), x, ofModel, { state: kept });
      const given: unknown = withoutChance(call);
      if (typeof given !== "object" || given === null || "dataId" in given)
        throw modelError(model, `diagnostics: expected { name: tensor }, got ${givenText(given)}`);
      return Object.fromEntries(Object.entries(given).map(([name, value]) => [name, numberOf(loaded, name, value)]));
    });
  });
}

function numberOf({ model }: LoadedCode, name: string, value: unknown): number {
  if (!NAME.test(name))
    throw modelError(model, `diagnostics: '${name}': expected a name of letters, digits and _ . / -, such as scale/1`);
  return floats(model, `diagnostics: ${name}`, value, []).dataSync<"float32">()[0] as number;
}
