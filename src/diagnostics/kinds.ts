/** What a sweep may measure of its runs beside their losses; docs/diagnostics.md defines each quantity. */
export const DIAGNOSTIC_KINDS = ["gates", "units", "gradients", "alignment"] as const;
export type DiagnosticKind = (typeof DIAGNOSTIC_KINDS)[number];
