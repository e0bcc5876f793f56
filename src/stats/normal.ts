/** The standard normal distribution function, to 1e-14 of its value in the lower tail too. */
export function normalCdf(z: number): number {
  const x = Math.abs(z);
  const tail = x < 3 ? 0.5 - normalDensity(x) * seriesTo(x) : normalDensity(x) / fractionFrom(x);
  return z > 0 ? 1 - tail : tail;
}

export function normalDensity(x: number): number {
  return Math.exp(-(x ** 2) / 2) / Math.sqrt(2 * Math.PI);
}

/** The integral of the density from 0 to x, divided by the density at x: its Taylor series. */
function seriesTo(x: number): number {
  let term = x;
  let sum = x;
  for (let n = 1; n < 60; n++) {
    term *= x ** 2 / (2 * n + 1);
    sum += term;
  }
  return sum;
}

/** The density at x divided by its integral from x on: Laplace's continued fraction. */
function fractionFrom(x: number): number {
  let fraction = x;
  for (let n = 40; n > 0; n--) fraction = x + n / fraction;
  return fraction;
}

/** The standard normal quantile of p in [0, 1], to 1e-15: Wichura's algorithm AS 241, Applied Statistics 37, 1988. */
export function normalQuantile(p: number): number {
  const q = p - 0.5;
  if (p === 0 || p === 1) return q * Number.POSITIVE_INFINITY;
  if (Math.abs(q) <= 0.425) return q * ratio(0.180625 - q ** 2, CENTRE);
  const r = Math.sqrt(-Math.log(Math.min(p, 1 - p)));
  const size = r <= 5 ? ratio(r - 1.6, TAIL) : ratio(r - 5, FAR_TAIL);
  return q < 0 ? -size : size;
}

/** Numerator and denominator of a rational function, the highest power first. */
type Rational = readonly [readonly number[], readonly number[]];

const CENTRE: Rational = [
  [
    2509.0809287301227, 33430.57558358813, 67265.7709270087, 45921.95393154987, 13731.69376550946, 1971.5909503065513,
    133.14166789178438, 3.3871328727963665,
  ],
  [
    5226.495278852854, 28729.085735721943, 39307.89580009271, 21213.794301586597, 5394.196021424751, 687.1870074920579,
    42.31333070160091, 1,
  ],
];
const TAIL: Rational = [
  [
    0.0007745450142783414, 0.022723844989269184, 0.2417807251774506, 1.2704582524523684, 3.6478483247632045,
    5.769497221460691, 4.630337846156546, 1.4234371107496835,
  ],
  [
    1.0507500716444169e-9, 0.0005475938084995345, 0.015198666563616457, 0.14810397642748008, 0.6897673349851,
    1.6763848301838038, 2.053191626637759, 1,
  ],
];
const FAR_TAIL: Rational = [
  [
    2.0103343992922881e-7, 0.000027115555687434876, 0.0012426609473880784, 0.026532189526576124, 0.29656057182850487,
    1.7848265399172913, 5.463784911164114, 6.657904643501103,
  ],
  [
    2.0442631033899397e-15, 1.421511758316446e-7, 0.000018463183175100548, 0.0007868691311456133, 0.014875361290850615,
    0.1369298809227358, 0.599832206555888, 1,
  ],
];

function ratio(x: number, [numerator, denominator]: Rational): number {
  return polynomial(x, numerator) / polynomial(x, denominator);
}

function polynomial(x: number, coefficients: readonly number[]): number {
  return coefficients.reduce((sum, coefficient) => sum * x + coefficient, 0);
}
