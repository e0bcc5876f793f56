#pragma once
#include "../../rows/kernels/simd.h"

/// ln(1 + u) of numbers of at least 0; relative error below 3e-7, for small u too; NaN stays NaN.
/// With s = x / (2 + x), ln(1 + x) = 2 atanh s: s times an even function of s, a polynomial up to s = 1/3. Beyond x = 1 the
/// exponent of 1 + u is taken out first, times ln 2 in two parts as in exp.h.
INLINE F logOfOnePlus(F u) {
  F sum = u + 1;
  I exponent = ((I)sum >> 23) - 127;
  F mantissa = (F)((I)sum - (exponent << 23));
  F x = choose(exponent == 0, u, mantissa - 1);
  F s = x / (x + 2), v = s * s;
  F p = splat(0.1342574954f);
  p = p * v + 0.1411830932f;
  p = p * v + 0.2000378072f;
  p = p * v + 0.3333331943f;
  F twice = s + s, e = __builtin_convertvector(exponent, F);
  F value = e * 0.693359375f + (twice + (twice * v * p + e * -2.1219444e-4f));
  return choose((I)(u == u), value, u);
}
