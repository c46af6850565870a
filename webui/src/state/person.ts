import type { Carried } from "@/domain/contract";
import type { Carry } from "@/state/carry";
import type { Session } from "@/state/session";
import { settle, waits } from "@/state/settling";
import { Timers } from "@/state/timers";
import { type Call, RefusedError } from "@/transport/http";

/** The profile a proof waits for comes with an exchange between boxes: soon, or in days. */
const ASK_AFTER_MS = 5000;
const LONGEST_MS = 300_000;
/** A box counts what a phone says of the time only when it still says so after a minute. */
const VOTE_AGAIN_MS = 61_000;

export interface PersonPorts {
  call: Call;
  /** Returns whether the box can be asked and somebody looks. */
  reachable(): boolean;
  /** Messages show another person now than before. */
  changed(): Promise<void>;
}

/** Keeps one person one, from box to box. */
export class Person {
  private readonly timers = new Timers<"ask" | "vote">();
  private askAfterMs = ASK_AFTER_MS;
  private underWay = Promise.resolve();

  constructor(
    private readonly session: Session,
    private readonly carry: Carry,
    private readonly ports: PersonPorts,
  ) {}

  /** Says at a new contact whom the person goes on from; what fails is said again later. */
  contact(): Promise<void> {
    this.askAfterMs = ASK_AFTER_MS;
    if (!this.timers.waits("vote")) this.vote();
    // One after the other: two at once would both find that nothing was said yet.
    this.underWay = this.underWay.then(() => this.goOn());
    return this.underWay;
  }

  /** Lets an author speak as this person no more; rejects as a call does. */
  async drop(author: string): Promise<void> {
    const request = { method: "POST", body: { drop: author } } as const;
    this.session.take(await this.ports.call<Carried>("/auth/carry", request));
    if (!this.waits()) return;
    // It was the author this one went on from: the person begins anew here.
    this.carry.forget();
    await this.goOn();
  }

  private async goOn(): Promise<void> {
    const { user } = this.session.state;
    if (!user) return;
    let again = false;
    try {
      const carried = await settle(this.carry, this.ports.call, user);
      if (carried && carried.node.id === this.session.state.box?.id) this.session.take(carried);
    } catch (error) {
      // What the box refuses for good is tried at the next contact only.
      again = !(error instanceof RefusedError) || error.temporary;
    }
    if (again || this.waits()) this.askLater();
  }

  /** Says what this phone's clock shows: a box has none of its own. */
  private vote(): void {
    if (!this.session.state.user) return;
    this.timers.set("vote", VOTE_AGAIN_MS, () => this.revote());
    const body = { phone_ms: Date.now() };
    // The box may be away, or the phone's clock be impossible: nothing to tell anybody.
    void this.ports.call("/clock/vote", { method: "POST", body }).catch(() => undefined);
  }

  /** Says it once more in this contact; the next contact says it anew. */
  private revote(): void {
    if (!this.ports.reachable()) return;
    this.vote();
    this.timers.cancel("vote");
  }

  private waits(): boolean {
    const { user } = this.session.state;
    return user !== null && waits(this.carry, user);
  }

  private askLater(): void {
    this.timers.set("ask", this.askAfterMs, () => void this.ask());
    this.askAfterMs = Math.min(LONGEST_MS, this.askAfterMs * 2);
  }

  private async ask(): Promise<void> {
    if (!this.ports.reachable()) return this.askLater();
    const before = this.session.state.user?.person;
    await this.session.me().catch(() => undefined);
    if (this.session.state.user?.person !== before) await this.ports.changed();
    await this.goOn();
  }
}
