// Errors of predictions, and what they lose.

/** The mean loss of errors [N]: of e its square, or Huber's up to and beyond `huberDelta`. */
export function meanLoss(errors: Float64Array, huberDelta: number | null): number {
  let sum = 0;
  for (const error of errors) {
    const slope = clipped(error, huberDelta);
    sum += huberDelta === null ? error * error : slope * (error - slope / 2);
  }
  return sum / errors.length;
}

/** The derivatives of the mean loss with respect to the predictions, [N]. */
export function lossSlopes(errors: Float64Array, huberDelta: number | null): Float64Array {
  const factor = (huberDelta === null ? 2 : 1) / errors.length;
  return errors.map((error) => factor * clipped(error, huberDelta));
}

function clipped(error: number, delta: number | null): number {
  return delta === null ? error : Math.min(Math.max(error, -delta), delta);
}
