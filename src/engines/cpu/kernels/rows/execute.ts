import * as I from "../instructions";
import { Optimizer } from "../optimizer";
import { denseRows } from "./dense";
import { dropoutRows, scaleRows } from "./dropout";
import { gateGradientRows } from "./gate-gradient";
import { inputGradientRows } from "./input-gradient";
import { expertGradientRows, mixRows } from "./mix";
import { residualRows, softmaxRows, topSoftmaxRows } from "./softmax";
import { updateRows } from "./update";

/** Executes instructions from `at` to `end` on B rows `x`, [B][N] instead of panels: a lane is a unit. */
export function executeRows(at: usize, end: usize, x: usize, weights: usize, B: i32, o: Optimizer): void {
  while (at < end) {
    switch (changetype<I.Instruction>(at).op) {
      case I.DENSE: {
        const op = changetype<I.Dense>(at);
        denseRows(op, op.x ? op.x : x, weights, B);
        break;
      }
      case I.INPUT_GRADIENT:
        inputGradientRows(changetype<I.InputGradient>(at), weights, B);
        break;
      case I.UPDATE: {
        const op = changetype<I.Update>(at);
        updateRows(op, op.x ? op.x : x, weights, B, o);
        break;
      }
      case I.SOFTMAX:
        softmaxRows(changetype<I.Softmax>(at), B);
        break;
      case I.MIX:
        mixRows(changetype<I.Mix>(at), B);
        break;
      case I.GATE_GRADIENT:
        gateGradientRows(changetype<I.GateGradient>(at), B);
        break;
      case I.EXPERT_GRADIENT:
        expertGradientRows(changetype<I.ExpertGradient>(at), B);
        break;
      case I.DROPOUT:
        dropoutRows(changetype<I.Dropout>(at), B);
        break;
      case I.SCALE:
        scaleRows(changetype<I.Scale>(at), B);
        break;
      case I.TOP_SOFTMAX:
        topSoftmaxRows(changetype<I.TopSoftmax>(at), B);
        break;
      case I.RESIDUAL:
        residualRows(changetype<I.Residual>(at), B);
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
