/** How often a soak repeats something: as often as CI does, or MMOE_SOAK times as often, which finds what is rarer. */
export const times = (inCi: number): number => inCi * Number(process.env.MMOE_SOAK ?? 1);
