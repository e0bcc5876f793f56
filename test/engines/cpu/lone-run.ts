import { Arena } from "../../../src/engines/cpu/arena.ts";
import { compileKernels, Machine } from "../../../src/engines/cpu/kernels.ts";
import { readParameters, takeMeans, takeMember, writeParameters } from "../../../src/engines/cpu/member.ts";
import { inputPanelBytes, LINE, PANEL_ROWS, panelIndex, panelsOf } from "../../../src/engines/cpu/panels.ts";
import { programOf } from "../../../src/engines/cpu/program.ts";
import type { Optimizer } from "../../../src/engines/engine.ts";
import type { ModelSpec } from "../../../src/models/spec.ts";

export const machine = new Machine(compileKernels());

/** A member of the family on the kernels alone: no generator, no workers; any number of tasks. */
export function loneRun(spec: ModelSpec, B: number, optimizer: Optimizer, lr: number) {
  const arena = new Arena();
  const panels = panelsOf(B);
  const panel = inputPanelBytes(spec.inputs);
  const member = takeMember(arena, programOf(spec, panels, arena), optimizer, lr);
  const x = arena.take(panels * panel);
  const labels = arena.take(panels * spec.tasks * LINE);
  machine.reserve(arena.bytes);
  arena.writeTo(machine.memory);
  const fill = (rows: number[][], at: number, N: number) => {
    const values = machine.float32(at, panels * N * PANEL_ROWS);
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
    setParameters: (parameters: Float32Array) => writeParameters(machine, member, parameters),
    parameters: () => readParameters(machine, member),
    /** Trains on the batch `steps` times; the losses [K] before the last update. */
    train(steps: number): number[] {
      let losses: number[] = [];
      for (let step = 0; step < steps; step++) {
        machine.kernels.train(member.address, x, 0, labels, 0, B, 1, Number.MAX_VALUE);
        losses = takeMeans(machine, member.losses, spec.tasks, 1);
      }
      return losses;
    },
    /** The losses [K] on the batch. */
    evaluate(): number[] {
      takeMeans(machine, member.losses, spec.tasks, 1);
      machine.kernels.evaluate(member.address, x, panel, labels, B, panels * PANEL_ROWS);
      return takeMeans(machine, member.losses, spec.tasks, B);
    },
  };
}
