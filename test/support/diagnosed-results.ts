import type { Diagnostics } from "../../src/engines/engine.ts";
import type { Results } from "../../src/records/read-results.ts";
import { finalMeasures, type RunRecord } from "../../src/records/record.ts";

const STEPS = [200, 1000, 2000];

interface Gates {
  readonly experts: number;
  /** Models without gates. */
  readonly ungated?: readonly string[];
}

/** The results of two tasks with made-up diagnostics. */
export function diagnosed(results: Results, gates: Gates): Results {
  const records = results.records.map((record): RunRecord => {
    const diagnostics = diagnosticsOf(record, results.config.models.indexOf(record.model), gates);
    return { ...record, diagnostics, measures: finalMeasures(diagnostics, 2) };
  });
  return { ...results, records };
}

/**
 * Gates part as the correlation falls, MMoE's most, and OMoE's not at all; gradients agree the more the higher it is. Each
 * model of a sweep is a little off the one before.
 */
function diagnosticsOf(
  { model, correlation: p, run }: RunRecord,
  place: number,
  { experts, ungated = [] }: Gates,
): Diagnostics {
  const correlation = p as number;
  const curve = (value: (step: number) => number) => STEPS.map(value);
  const most = { omoe: 0, mmoe: 1 }[model] ?? 1 / (2 + place);
  const apart = ((1 - correlation) / 2) * most;
  const weight = (k: number, e: number) => {
    const own = (e + run) % experts === (k === 1 ? 0 : 1) ? apart / 2 : -apart / (2 * (experts - 1));
    return curve(() => 1 / experts + own * (0.9 + run / 100));
  };
  const numbers = Array.from({ length: experts }, (_, e) => e + 1);
  const weights = [1, 2].flatMap((k) => numbers.map((e) => [`gateWeight/${k}/${e}`, weight(k, e)] as const));
  return {
    steps: STEPS,
    values: {
      ...(!ungated.includes(model) && {
        ...Object.fromEntries(weights),
        "gateDistance/1/2": curve((step) => (apart * step) / 2000 + run / 1000),
      }),
      "gradientCosine/1/2": curve((step) => 0.7 * correlation - (0.25 - place / 60) * (step / 2000) * (1 + run / 10)),
      "alignedLoss/1": curve((step) => (20 + 2 * place) / step + run / 1000),
      "alignedLoss/2": curve((step) => (30 + 2 * place) / step + run / 1000),
    },
  };
}
