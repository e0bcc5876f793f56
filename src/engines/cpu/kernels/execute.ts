import { dense } from "./dense";
import { dropout, scale } from "./dropout";
import { expertGradient } from "./expert-gradient";
import { gateGradient } from "./gate-gradient";
import { inputGradient } from "./input-gradient";
import * as I from "./instructions";
import { mix } from "./mix";
import { Optimizer } from "./optimizer";
import { executeRows } from "./rows/execute";
import { residual, softmax, topSoftmax } from "./softmax";
import { sparseUpdate } from "./sparse-update";
import { update } from "./update";

/** Executes instructions from `at` to `end` on P panels `x` of `panelRows` rows: 8, or 1 for row after row. */
export function execute(at: usize, end: usize, x: usize, weights: usize, P: i32, o: Optimizer, panelRows: i32): void {
  if (panelRows == 1) executeRows(at, end, x, weights, P, o);
  else executePanels(at, end, x, weights, P, o);
}

function executePanels(at: usize, end: usize, x: usize, weights: usize, P: i32, o: Optimizer): void {
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
      case I.TOP_SOFTMAX:
        topSoftmax(changetype<I.TopSoftmax>(at), P);
        break;
      case I.RESIDUAL:
        residual(changetype<I.Residual>(at), P);
        break;
      case I.NEXT_STEP:
        I.nextStep(changetype<I.NextStep>(at));
        break;
      default:
        unreachable();
    }
    at += <usize>changetype<I.Instruction>(at).size;
  }
}
