#pragma once
#include "../../rows/kernels/simd.h"

/// exp of numbers of at most 0, each below -60 taken as -60; relative error below 2e-7; NaN stays NaN.
/// Cephes' polynomial; ln 2 in two parts, of which the first times an exponent is exact.
INLINE F expOfNegative(F argument) {
  const float rounder = 12582912; // 1.5 * 2^23: adding it rounds to a whole number, which is then in the low bits
  F x = pmax(argument, splat(-60));
  F rounded = madd(x, splat(1.4426950408889634f), splat(rounder));
  F n = rounded - rounder;
  F r = madd(-n, splat(-2.1219444e-4f), madd(-n, splat(0.693359375f), x));
  F p = splat(1.9875691500e-4f);
  p = madd(p, r, splat(1.3981999507e-3f));
  p = madd(p, r, splat(8.3334519073e-3f));
  p = madd(p, r, splat(4.1665795894e-2f));
  p = madd(p, r, splat(1.6666665459e-1f));
  p = madd(p, r, splat(5.0000001201e-1f));
  F value = madd(p * r, r, r) + 1;
  return (F)((I)value + ((I)rounded << 23));
}
