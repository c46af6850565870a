import { reactive } from "vue";
import type { Box, Introduction, Me, User } from "@/domain/contract";
import type { Carry } from "@/state/carry";
import type { Call } from "@/transport/http";
import { RefusedError } from "@/transport/http";
import type { Storage } from "@/transport/storage";

const NAME = "dn.name";
const NAMELESS = "dn.nameless";
const TOKEN = "dn.token.";
const USER = "dn.user.";

/** Who the person is on the box that answers. */
export class Session {
  readonly state = reactive({
    user: null as User | null,
    box: null as Box | null,
    /** The box was asked, so an absent user has no name here yet. */
    asked: false,
    /** The person acted before saying a name, and is to be asked for it. */
    nameless: false,
  });
  private tokenNow: string | null = null;
  private underWay: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly storage: Storage,
    private readonly call: Call,
    private readonly carry: Carry,
  ) {
    this.state.nameless = storage.get(NAMELESS) !== null;
  }

  /** The session secret for the box that answers. */
  token(): string | null {
    return this.tokenNow;
  }

  /**
   * Learns who the person is here; returns whether it is another box than before.
   *
   * A person who gave a name at any box is introduced under it at the next one.
   */
  identify(): Promise<boolean> {
    return this.inTurn(() => this.learn());
  }

  /** Gives the person a name, and so a key, on this box; who has one there gets another name. */
  introduce(name: string): Promise<void> {
    return this.inTurn(() => this.init(name, this.state.user === null));
  }

  /**
   * Gives the person a name of nobody's choice; `ask` says that the real one is still wanted.
   *
   * When the box cannot answer now, `identify` introduces the person as soon as it can.
   */
  async introduceInHaste(name: string, ask: boolean): Promise<void> {
    try {
      await this.introduce(name);
    } catch (error) {
      if (error instanceof RefusedError && !error.temporary) throw error;
      this.storage.set(NAME, name);
      throw error;
    } finally {
      if (ask) this.want(true);
    }
  }

  /** Speaks from now on as the person whose words these are. */
  redeem(words: string): Promise<void> {
    return this.inTurn(async () => {
      const request = { method: "POST", body: { words }, token: null } as const;
      const introduction = await this.call<Introduction>("/auth/handover/redeem", request);
      this.carry.forget();
      this.named(introduction.user.name);
      this.take(introduction);
    });
  }

  /** Takes over a session that the box has given. */
  take({ user, node, token }: Introduction): void {
    this.storage.set(TOKEN + node.id, token);
    this.storage.set(USER + node.id, user.id);
    this.tokenNow = token;
    this.state.box = node;
    this.state.user = user;
    this.state.asked = true;
  }

  /** Reads who the person is and who speaks as them. */
  async me(): Promise<Me> {
    const me = await this.call<Me>("/auth/me");
    if (me.user && me.node.id === this.state.box?.id) this.state.user = me.user;
    return me;
  }

  /** Asks for a name no more on this page. */
  later(): void {
    this.state.nameless = false;
  }

  private async learn(): Promise<boolean> {
    // Asked without a token first: another box must not learn the secret of this one.
    const { node, user } = await this.call<Me>("/auth/me", { token: null });
    const moved = this.state.box !== null && this.state.box.id !== node.id;
    this.state.box = node;
    this.tokenNow = this.keptToken(node, user);
    const known = user ?? (this.tokenNow ? await this.byToken(this.tokenNow) : null);
    const name = this.storage.get(NAME);
    if (known && !name) this.storage.set(NAME, known.name);
    if (known || !name) this.state.user = known;
    else await this.introduceAgain(name);
    this.state.asked = true;
    return moved;
  }

  private async init(name: string, asNew: boolean): Promise<void> {
    const request = { method: "POST", body: { name }, ...(asNew ? { token: null } : {}) } as const;
    const introduction = await this.call<Introduction>("/auth/init", request);
    const { id } = introduction.user;
    if (id !== this.state.user?.id) this.carry.adopt(id);
    this.named(name);
    this.take(introduction);
  }

  private want(name: boolean): void {
    this.state.nameless = name;
    if (name) this.storage.set(NAMELESS, "1");
    else this.storage.remove(NAMELESS);
  }

  private named(name: string): void {
    this.storage.set(NAME, name);
    this.want(false);
  }

  private async introduceAgain(name: string): Promise<void> {
    const { nameless } = this.state;
    try {
      await this.init(name, true);
      this.want(nameless);
    } catch (error) {
      if (!(error instanceof RefusedError) || error.temporary) throw error;
      // The name is refused here, and would be each time: the person is asked for another.
      this.storage.remove(NAME);
      this.state.user = null;
    }
  }

  /** Does one thing after the other: two introductions at once would make two people of one. */
  private inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.underWay.then(work);
    this.underWay = done.catch(() => undefined);
    return done;
  }

  /** The kept token, unless the cookie is of somebody else: that one was given later. */
  private keptToken(node: Box, user: User | null): string | null {
    const owner = this.storage.get(USER + node.id);
    if (user && owner && owner !== user.id) {
      this.storage.remove(TOKEN + node.id);
      this.storage.remove(USER + node.id);
      this.storage.set(NAME, user.name);
    }
    return this.storage.get(TOKEN + node.id);
  }

  private async byToken(token: string): Promise<User | null> {
    try {
      return (await this.call<Me>("/auth/me", { token })).user;
    } catch (error) {
      if (error instanceof RefusedError && error.unknownHere) return null;
      throw error;
    }
  }
}
