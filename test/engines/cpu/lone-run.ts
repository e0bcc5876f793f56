import { compileKernels, KernelInstance } from "../../../src/engines/cpu/kernels.ts";
import { readParameters, setStep, takeMeans, takeMember, writeParameters } from "../../../src/engines/cpu/member.ts";
import { stepCodeOf } from "../../../src/engines/cpu/step-code.ts";
import type { Optimizer } from "../../../src/engines/engine.ts";
import { Arena } from "../../../src/engines/rows/arena.ts";
import { inputPanelBytes, LINE, PANEL_ROWS, panelIndex, panelsOf } from "../../../src/engines/rows/panels.ts";
import type { ModelSpec } from "../../../src/models/spec.ts";
import { keyOf } from "../../../src/random/key.ts";

export const wasm = new KernelInstance(compileKernels());

/**
 * A member of the family on the kernels alone: no generator, no workers; any number of tasks. Streams of dropout have no name but
 * their layer's.
 */
export function loneRun(spec: ModelSpec, B: number, optimizer: Optimizer, lr: number) {
  const arena = new Arena();
  const panels = panelsOf(B);
  const panel = inputPanelBytes(spec.inputs);
  const member = takeMember(arena, stepCodeOf(spec, panels, arena, keyOf), optimizer, lr);
  const x = arena.take(panels * panel);
  const labels = arena.take(panels * spec.tasks * LINE);
  wasm.reserve(arena.bytes);
  arena.writeTo(wasm.memory);
  let done = 0;
  const fill = (rows: number[][], at: number, N: number) => {
    const values = wasm.float32(at, panels * N * PANEL_ROWS);
    rows.forEach((row, b) => {
      row.forEach((value, n) => {
        values[panelIndex(b, n, N)] = value;
      });
    });
  };
  return {
    setBatch(rows: number[][], y: number[][]) {
      fill(rows, x, panel / LINE);
      fill(y, labels, spec.tasks);
    },
    setParameters: (parameters: Float32Array) => writeParameters(wasm, member, parameters),
    parameters: () => readParameters(wasm, member),
    /** Trains on the batch `steps` times; the losses [K] before the last update. */
    train(steps: number): number[] {
      let losses: number[] = [];
      for (let step = 0; step < steps; step++) {
        setStep(wasm, member, ++done);
        wasm.kernels.train(member.address, x, 0, labels, 0, B, 1, Number.MAX_VALUE);
        setStep(wasm, member, 0);
        losses = takeMeans(wasm, member.losses, spec.tasks, 1);
      }
      return losses;
    },
    /** The losses [K] on the batch. */
    evaluate(): number[] {
      takeMeans(wasm, member.losses, spec.tasks, 1);
      wasm.kernels.evaluate(member.address, x, panel, labels, B, panels * PANEL_ROWS);
      return takeMeans(wasm, member.losses, spec.tasks, B);
    },
  };
}
