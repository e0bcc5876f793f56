/** Numbers by the names of quantities, such as `gateWeight/1/8`; docs/diagnostics.md defines them. */
export type Quantities = Readonly<Record<string, number>>;
