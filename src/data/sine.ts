// sin in float64 that every engine can repeat bit for bit (a platform's own differs in the last bit from build to build).
// Absolute error below 2e-15 for |a| up to 1,000.

const PI_HIGH = 3.1415926218032837; // the first 25 bits of pi: exact times any quotient below 2^28
const PI_LOW = 3.178650954705639e-8;
const INVERSE_PI = 0.3183098861837907;

// (sin(r)/r - 1) / r² for |r| up to pi/2, a polynomial in r² (minimax).
const C0 = -0.1666666666666665;
const C1 = 0.008333333333325948;
const C2 = -0.0001984126983647592;
const C3 = 2.755731805682654e-6;
const C4 = -2.505197300667896e-8;
const C5 = 1.605097516582262e-10;
const C6 = -7.408092396864652e-13;

/** sin(a), a in radians. */
export function sine(a: number): number {
  const halfTurns = Math.floor(a * INVERSE_PI + 0.5);
  const r = a - halfTurns * PI_HIGH - halfTurns * PI_LOW;
  const v = r * r;
  const p = ((((((C6 * v + C5) * v + C4) * v + C3) * v + C2) * v + C1) * v + C0) * v;
  const value = r + r * p;
  return halfTurns % 2 === 0 ? value : -value;
}
