/** SHA-256 of parameters in canonical order, float32 in little-endian bytes: the same for the same run on any machine. */
export async function fingerprintOf(parameters: Float32Array): Promise<string> {
  const bytes = new Uint8Array(parameters.buffer, parameters.byteOffset, parameters.byteLength);
  const digest = await crypto.subtle.digest("SHA-256", Uint8Array.from(bytes));
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
