#pragma once
#include "simd.h"

#if LANES == 16
#define PAIRS(a, b, i, j)                                                                                             \
  SHUFFLE(F, I, a, b, i, 16 + i, j, 16 + j, 4 + i, 20 + i, 4 + j, 20 + j, 8 + i, 24 + i, 8 + j, 24 + j, 12 + i,       \
          28 + i, 12 + j, 28 + j)
#define TWOS(a, b, i)                                                                                                 \
  SHUFFLE(F, I, a, b, i, i + 1, i + 16, i + 17, i + 4, i + 5, i + 20, i + 21, i + 8, i + 9, i + 24, i + 25, i + 12,   \
          i + 13, i + 28, i + 29)
#define FOURS(a, b, i)                                                                                                \
  SHUFFLE(F, I, a, b, i, i + 1, i + 2, i + 3, i + 8, i + 9, i + 10, i + 11, i + 16, i + 17, i + 18, i + 19, i + 24,   \
          i + 25, i + 26, i + 27)
#elif LANES == 8
#define PAIRS(a, b, i, j) SHUFFLE(F, I, a, b, i, 8 + i, j, 8 + j, 4 + i, 12 + i, 4 + j, 12 + j)
#define TWOS(a, b, i) SHUFFLE(F, I, a, b, i, i + 1, i + 8, i + 9, i + 4, i + 5, i + 12, i + 13)
#define FOURS(a, b, i) SHUFFLE(F, I, a, b, i, i + 1, i + 2, i + 3, i + 8, i + 9, i + 10, i + 11)
#else
#define PAIRS(a, b, i, j) SHUFFLE(F, I, a, b, i, 4 + i, j, 4 + j)
#define TWOS(a, b, i) SHUFFLE(F, I, a, b, i, i + 1, i + 4, i + 5)
#endif

/// Transposes LANES vectors in place.
INLINE void transpose(F v[LANES]) {
  F s[LANES];
  UNROLL for (int i = 0; i < LANES; i += 4) {
    F low01 = PAIRS(v[i], v[i + 1], 0, 1), high01 = PAIRS(v[i], v[i + 1], 2, 3);
    F low23 = PAIRS(v[i + 2], v[i + 3], 0, 1), high23 = PAIRS(v[i + 2], v[i + 3], 2, 3);
    s[i] = TWOS(low01, low23, 0);
    s[i + 1] = TWOS(low01, low23, 2);
    s[i + 2] = TWOS(high01, high23, 0);
    s[i + 3] = TWOS(high01, high23, 2);
  }
  // the quarters of s[i + j] hold column j, 4 + j, ... of rows i to i + 3
  UNROLL for (int j = 0; j < 4; j++) {
#if LANES == 16
    F even0 = FOURS(s[j], s[4 + j], 0), even1 = FOURS(s[8 + j], s[12 + j], 0);
    F odd0 = FOURS(s[j], s[4 + j], 4), odd1 = FOURS(s[8 + j], s[12 + j], 4);
    v[j] = FOURS(even0, even1, 0);
    v[8 + j] = FOURS(even0, even1, 4);
    v[4 + j] = FOURS(odd0, odd1, 0);
    v[12 + j] = FOURS(odd0, odd1, 4);
#elif LANES == 8
    v[j] = FOURS(s[j], s[4 + j], 0);
    v[4 + j] = FOURS(s[j], s[4 + j], 4);
#else
    v[j] = s[j];
#endif
  }
}
