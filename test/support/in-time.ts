/**
 * The first result of an attempt that disturbed something while it was still going on. On a busy machine a kill or a stop
 * can come too late: then an attempt gives undefined, and is made again. Throws when twenty came too late.
 */
export async function inTime<T>(attempt: () => Promise<T | undefined>): Promise<T> {
  for (let tries = 0; tries < 20; tries++) {
    const result = await attempt();
    if (result !== undefined) return result;
  }
  throw new Error("twenty attempts came too late");
}
