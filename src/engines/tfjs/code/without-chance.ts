/**
 * What `call` returns, if it draws no random number that no stream gives: Math.random, and tf.randomNormal and its like,
 * which seed themselves by it.
 */
export function withoutChance<T>(call: () => T): T {
  const { random } = Math;
  Math.random = () => {
    throw new Error(
      "draws random numbers: a run must give the same numbers again; draw in `initial`, from its streams",
    );
  };
  try {
    return call();
  } finally {
    Math.random = random;
  }
}
