const MESSAGE = "draws random numbers: a run must give the same numbers again; draw in `initial`, from its streams";

/**
 * What `call` returns, if it draws no random number that no stream gives: Math.random, and tf.randomNormal and its like,
 * which seed themselves by it.
 */
export function withoutChance<T>(call: () => T): T {
  const allow = forbidChance(() => {
    throw new Error(MESSAGE);
  });
  try {
    return call();
  } finally {
    allow();
  }
}

/**
 * The same of code that loads. Packages that draw as they load, such as generators that mix their seeds, get a number that is
 * always the same.
 */
export async function loadingWithoutChance<T>(load: () => Promise<T>): Promise<T> {
  const allow = forbidChance(() => {
    const [, , caller = ""] = new Error().stack?.split("\n") ?? [];
    if (!caller.includes("node_modules")) throw new Error(MESSAGE);
    return 0.5;
  });
  try {
    return await load();
  } finally {
    allow();
  }
}

function forbidChance(instead: () => number): () => void {
  const { random } = Math;
  Math.random = instead;
  return () => {
    Math.random = random;
  };
}
