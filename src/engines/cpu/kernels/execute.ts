import { dense } from "./dense";
import { dropout, scale } from "./dropout";
import { expertGradient } from "./expert-gradient";
import { gateGradient } from "./gate-gradient";
import { inputGradient } from "./input-gradient";
import * as I from "./instructions";
import { mix } from "./mix";
import { Optimizer } from "./optimizer";
import { softmax } from "./softmax";
import { sparseUpdate } from "./sparse-update";
import { update } from "./update";

/** Executes instructions from `at` to `end` on P panels of rows `x`. */
export function execute(at: usize, end: usize, x: usize, weights: usize, P: i32, o: Optimizer, panelRows: i32): void {
  while (at < end) {
    switch (changetype<I.Instruction>(at).op) {
      case I.DENSE: {
        const op = changetype<I.Dense>(at);
        dense(op, op.x ? op.x : x, weights, P);
        break;
      }
      case I.INPUT_GRADIENT:
        inputGradient(changetype<I.InputGradient>(at), weights, P);
        break;
      case I.UPDATE: {
        const op = changetype<I.Update>(at);
        update(op, op.x ? op.x : x, weights, P, o);
        break;
      }
      case I.SOFTMAX:
        softmax(changetype<I.Softmax>(at), P);
        break;
      case I.MIX:
        mix(changetype<I.Mix>(at), P);
        break;
      case I.GATE_GRADIENT:
        gateGradient(changetype<I.GateGradient>(at), P);
        break;
      case I.EXPERT_GRADIENT:
        expertGradient(changetype<I.ExpertGradient>(at), P);
        break;
      case I.SPARSE_UPDATE: {
        const op = changetype<I.SparseUpdate>(at);
        sparseUpdate(op, op.x ? op.x : x, weights, P, o);
        break;
      }
      case I.DROPOUT:
        dropout(changetype<I.Dropout>(at), P);
        break;
      case I.SCALE:
        scale(changetype<I.Scale>(at), P);
        break;
      case I.NEXT_STEP: {
        const step = changetype<I.NextStep>(at).step;
        store<i32>(step, load<i32>(step) + 1);
        break;
      }
      default:
        unreachable();
    }
    at += <usize>changetype<I.Instruction>(at).size;
  }
}
