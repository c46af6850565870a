import { toHex } from "@/domain/hex";

const CLIENT_ID_BYTES = 16;

/** Returns a fresh id for one message; the box uses it to recognise a retry. */
export function newClientId(): string {
  // randomUUID is missing on plain HTTP; getRandomValues is not.
  return toHex(crypto.getRandomValues(new Uint8Array(CLIENT_ID_BYTES)));
}
