// A task's loss of an error e: e² or, with a finite `delta`, Huber's: e² / 2 up to delta, delta (|e| - delta / 2) beyond.
#pragma once
#include "../../rows/kernels/simd.h"

/// The derivative of the loss without its factor: e, or e cut off at delta. NaN stays NaN.
INLINE F slopeOf(F error, float delta) {
  if (!(delta < __builtin_inff())) return error;
  F low = pmax(error, splat(-delta));
  return choose(splat(delta) < low, splat(delta), low);
}

INLINE F lossOf(F error, F slope, float delta) {
  if (!(delta < __builtin_inff())) return error * error;
  return slope * (error - 0.5f * slope);
}

/// What times a slope is the gradient of the mean over B rows.
INLINE float slopeScale(float delta, int B) { return (delta < __builtin_inff() ? 1 : 2) / (float)B; }

/// The same for one number.
INLINE float slopeOfOne(float error, float delta) {
  const float low = error < -delta ? -delta : error;
  return delta < low ? delta : low;
}

INLINE float lossOfOne(float error, float slope, float delta) {
  return delta < __builtin_inff() ? slope * (error - 0.5f * slope) : error * error;
}

/// Adds the losses of each task over the first B rows to sums[k], and stores the gradient of the objective, 0 in the rows
/// that fill up the last panel. Predictions and gradient in panels of `stride`, labels [P][K][LANES].
KERNEL void panelLosses(const char *predictions, char *gradient, size_t stride, const char *labels, double *sums, int K,
                        int B, float delta) {
  const float scale = slopeScale(delta, B);
  for (int k = 0; k < K; k++) {
    Four sum = {};
    for (int b = 0; b < B; b += LANES) {
      const size_t at = (size_t)(b / LANES) * stride + (size_t)k * LINE;
      F label = load(labels + ((size_t)(b / LANES) * (size_t)K + (size_t)k) * LINE);
      F error = (F)((I)(load(predictions + at) - label) & (laneNumbers() < splatI(B - b)));
      F slope = slopeOf(error, delta);
      sum = addByFours(sum, lossOf(error, slope, delta));
      store(gradient + at, slope * scale);
    }
    sums[k] += ((double)sum[0] + (double)sum[1]) + ((double)sum[2] + (double)sum[3]);
  }
}

/// The same row after row; labels [B][K].
KERNEL void rowLosses(const char *predictions, char *gradient, size_t stride, const char *labels, double *sums, int K,
                      int B, float delta) {
  const float scale = slopeScale(delta, B);
  for (int k = 0; k < K; k++) {
    float classes[4] = {0};
    for (int b = 0; b < B; b++) {
      const size_t at = b * stride + 4 * (size_t)k;
      const float error = *(const float *)(predictions + at) - ((const float *)labels)[b * K + k];
      const float slope = slopeOfOne(error, delta);
      classes[b & 3] += lossOfOne(error, slope, delta);
      *(float *)(gradient + at) = slope * scale;
    }
    sums[k] += ((double)classes[0] + (double)classes[1]) + ((double)classes[2] + (double)classes[3]);
  }
}
