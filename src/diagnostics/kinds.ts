/** What a sweep may measure of its runs beside their losses; docs/diagnostics.md defines each quantity. */
export const DIAGNOSTIC_KINDS = ["gates", "units", "gradients", "alignment"] as const;
export type DiagnosticKind = (typeof DIAGNOSTIC_KINDS)[number];

/** Numbers by the names of quantities, such as `gateWeight/1/8`; docs/diagnostics.md defines them. */
export type Quantities = Readonly<Record<string, number>>;
