import type { Storage } from "@/transport/storage";

const KEPT = "dn.carry";
const KEY = /^[0-9a-f]{64}$/;
/** More boxes than a person walks to; the oldest are forgotten first. */
const MOST_AUTHORS = 64;

export interface KeptKey {
  readonly seed: string;
  /** The author whose profile publishes the key: the one this person began with. */
  readonly author: string;
  /** Authors this page made at other boxes, to go on from the first. */
  readonly others: readonly string[];
  /** Authors for whom the box has taken what is to be said: the key, or the proof. */
  readonly settled: readonly string[];
}

/** Keeps the key that shows at another box that a person is who they were at the first. */
export class Carry {
  constructor(private readonly storage: Storage) {}

  /** Notes that this page made an author; after the first, it goes on from that one. */
  adopt(author: string): void {
    const kept = this.read();
    if (kept && kept.author !== author) this.keep({ ...kept, others: added(kept.others, author) });
  }

  /** Notes that the box has taken what an author has to say. */
  settle(author: string): void {
    const kept = this.read();
    if (kept) this.keep({ ...kept, settled: added(kept.settled, author) });
  }

  /** Returns whether the author has yet to say at this box whom it goes on from. */
  owes(author: string): boolean {
    const kept = this.read();
    return !!kept && kept.others.includes(author) && !kept.settled.includes(author);
  }

  /** Keeps a key in place of the one before. */
  keep(kept: KeptKey): void {
    this.storage.set(KEPT, JSON.stringify(kept));
  }

  /** Forgets the key: the phone speaks as another person from now on. */
  forget(): void {
    this.storage.remove(KEPT);
  }

  /** Returns the key; null when there is none that is whole. */
  read(): KeptKey | null {
    try {
      const kept = JSON.parse(this.storage.get(KEPT) ?? "null") as Partial<KeptKey> | null;
      const whole = KEY.test(kept?.seed ?? "") && KEY.test(kept?.author ?? "");
      if (!whole || !Array.isArray(kept?.others) || !Array.isArray(kept.settled)) return null;
      return kept as KeptKey;
    } catch {
      return null;
    }
  }
}

function added(list: readonly string[], one: string): string[] {
  return [...list.filter((other) => other !== one), one].slice(-MOST_AUTHORS);
}
