#pragma once
#include "../../rows/kernels/simd.h"

/// exp of numbers of at most 0, each below -60 taken as -60; relative error below 2e-7; NaN stays NaN.
/// Cephes' polynomial; ln 2 in two parts, of which the first times an exponent is exact.
INLINE F expOfNegative(F argument) {
  const float rounder = 12582912; // 1.5 * 2^23: adding it rounds to a whole number, which is then in the low bits
  F x = pmax(argument, splat(-60));
  F rounded = x * 1.4426950408889634f + rounder;
  F n = rounded - rounder;
  F r = x - n * 0.693359375f - n * -2.1219444e-4f;
  F p = splat(1.9875691500e-4f);
  p = p * r + 1.3981999507e-3f;
  p = p * r + 8.3334519073e-3f;
  p = p * r + 4.1665795894e-2f;
  p = p * r + 1.6666665459e-1f;
  p = p * r + 5.0000001201e-1f;
  F value = p * r * r + r + 1;
  return (F)((I)value + ((I)rounded << 23));
}
