import { prove, publicOf } from "@/domain/carry-key";
import type { Carried, Introduction, User } from "@/domain/contract";
import { toHex } from "@/domain/hex";
import type { Carry, KeptKey } from "@/state/carry";
import type { Call } from "@/transport/http";

const SEED_BYTES = 32;

/**
 * Tells the box the key, or at another box the proof; returns an answer that changes the session.
 *
 * Says it once for each author, so it may be called at every contact. Rejects as a call does: call
 * it again when contact is back.
 */
export async function settle(carry: Carry, call: Call, user: User): Promise<Carried | null> {
  let kept = carry.read();
  if (!kept || (kept.author !== user.id && !kept.others.includes(user.id))) {
    kept = draw(user.id);
    // Kept before it is told: a published key without its seed would serve nobody.
    carry.keep(kept);
  }
  if (kept.settled.includes(user.id)) return null;
  const answer = await tell(call, kept, user);
  carry.settle(user.id);
  return answer;
}

/** Returns whether the author has said whom it goes on from, and is not shown as that one yet. */
export function waits(carry: Carry, { id, person }: User): boolean {
  const kept = carry.read();
  return person === id && !!kept && kept.others.includes(id) && kept.settled.includes(id);
}

async function tell(call: Call, { seed, author }: KeptKey, user: User): Promise<Carried | null> {
  if (user.id === author) {
    const body = { name: user.name, carry_public: publicOf(seed) };
    await call<Introduction>("/auth/init", { method: "POST", body });
    return null;
  }
  const body = { author, proof: prove(seed, author, user.id) };
  return call<Carried>("/auth/carry", { method: "POST", body });
}

function draw(author: string): KeptKey {
  const seed = toHex(crypto.getRandomValues(new Uint8Array(SEED_BYTES)));
  return { seed, author, others: [], settled: [] };
}
