import { reactive } from "vue";
import type { Box, Introduction, Me, User } from "@/domain/contract";
import type { Call } from "@/transport/http";
import { RefusedError } from "@/transport/http";
import type { Storage } from "@/transport/storage";

const NAME = "dn.name";
const TOKEN = "dn.token.";

/** Who the person is on the box that answers. */
export class Session {
  readonly state = reactive({
    user: null as User | null,
    box: null as Box | null,
    /** The box was asked, so an absent user has no name here yet. */
    asked: false,
  });
  private tokenNow: string | null = null;

  constructor(
    private readonly storage: Storage,
    private readonly call: Call,
  ) {}

  /** The session secret for the box that answers. */
  token(): string | null {
    return this.tokenNow;
  }

  /**
   * Learns who the person is here; returns whether it is another box than before.
   *
   * A person who gave a name at any box is introduced under it at the next one.
   */
  async identify(): Promise<boolean> {
    // Asked without a token first: another box must not learn the secret of this one.
    const { node, user } = await this.call<Me>("/auth/me", { token: null });
    const moved = this.state.box !== null && this.state.box.id !== node.id;
    const token = this.storage.get(TOKEN + node.id);
    this.state.box = node;
    this.tokenNow = token;
    this.state.user = user ?? (token ? await this.byToken(token) : null);
    const name = this.storage.get(NAME);
    if (!this.state.user && name) await this.introduce(name);
    this.state.asked = true;
    return moved;
  }

  /** Gives the person a name, and so a key, on this box. */
  async introduce(name: string): Promise<void> {
    const request = { method: "POST", body: { name }, token: null } as const;
    const { user, node, token } = await this.call<Introduction>("/auth/init", request);
    this.storage.set(NAME, name);
    this.storage.set(TOKEN + node.id, token);
    this.tokenNow = token;
    this.state.box = node;
    this.state.user = user;
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
