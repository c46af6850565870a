import { getPublicKey, hashes, sign } from "@noble/ed25519";
import { sha512 } from "@noble/hashes/sha2.js";
import { fromHex, toHex } from "@/domain/hex";

// Browsers give crypto.subtle to secure pages only, and a box is on plain HTTP.
hashes.sha512 = sha512;

const PURPOSE = new TextEncoder().encode("disasternet/1 carry");

/** Returns the public half of a carry key, in hexadecimal digits like everything here. */
export function publicOf(seed: string): string {
  return toHex(getPublicKey(fromHex(seed)));
}

/** Returns the proof that `author` goes on where `old` was, for a key that `old` has published. */
export function prove(seed: string, old: string, author: string): string {
  const said = new Uint8Array([...PURPOSE, ...fromHex(old), ...fromHex(author)]);
  return toHex(sign(said, fromHex(seed)));
}
