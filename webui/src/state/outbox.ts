import { reactive } from "vue";
import { categoryOf } from "@/domain/category";
import type { Message } from "@/domain/contract";
import type { Said } from "@/domain/said";
import { RefusedError } from "@/transport/http";
import type { Storage } from "@/transport/storage";

const PREFIX = "dn.outbox.";
const ORDER_DIGITS = 12;

/** A message no box has answered for yet. */
export interface Unsent extends Said {
  readonly name: string;
  readonly clientId: string;
  readonly roomId: string;
  /** Kept even when the page is closed. */
  readonly durable: boolean;
  /** Why the box will not take it as it is. */
  rejected: string | null;
  sending: boolean;
}

export interface OutboxPorts {
  storage: Storage;
  newClientId(): string;
  /** Sends one; the box answers a repeated `clientId` with the message it already has. */
  post(unsent: Unsent): Promise<Message>;
  /** A box has stored it. */
  sent(message: Message): void;
  /** The box could not be asked, or asks for patience. */
  delayed(error: unknown): void;
}

type Kept = Pick<Unsent, keyof Said | "clientId" | "roomId" | "rejected">;

/** Keeps what a person wrote until a box has stored it, and sends it in the order it was written. */
export class Outbox {
  readonly unsent: Unsent[];
  private flushing = false;
  private order = 0;

  constructor(private readonly ports: OutboxPorts) {
    this.unsent = reactive(ports.storage.names(PREFIX).flatMap((name) => this.load(name)));
  }

  /** True while a message is on its way and its answer is awaited. */
  get sending(): boolean {
    return this.unsent.some((unsent) => unsent.sending);
  }

  /** Keeps a new message; `flush` sends it. */
  add(roomId: string, { text, category, place }: Said): void {
    const clientId = this.ports.newClientId();
    this.order += 1;
    const name = `${PREFIX}${String(this.order).padStart(ORDER_DIGITS, "0")}.${clientId}`;
    const kept: Kept = { clientId, roomId, text, category, place, rejected: null };
    const durable = this.ports.storage.set(name, JSON.stringify(kept));
    this.unsent.push({ ...kept, name, durable, sending: false });
  }

  /** Sends what waits, oldest first, until a box does not answer; a rejected one is passed over. */
  async flush(): Promise<void> {
    if (this.flushing) return;
    this.flushing = true;
    try {
      let next: Unsent | undefined;
      while ((next = this.unsent.find((unsent) => unsent.rejected === null))) {
        if (!(await this.send(next))) return;
      }
    } finally {
      this.flushing = false;
    }
  }

  /** Makes a rejected message wait again, under the same id. */
  retry(unsent: Unsent): void {
    this.mark(unsent, null);
  }

  /** Forgets a message. */
  remove(unsent: Unsent): void {
    this.ports.storage.remove(unsent.name);
    const at = this.unsent.findIndex((other) => other.clientId === unsent.clientId);
    if (at >= 0) this.unsent.splice(at, 1);
  }

  private async send(unsent: Unsent): Promise<boolean> {
    unsent.sending = true;
    try {
      const message = await this.ports.post(unsent);
      this.remove(unsent);
      unsent.sending = false;
      this.ports.sent(message);
      return true;
    } catch (error) {
      unsent.sending = false;
      if (error instanceof RefusedError && !error.temporary) {
        this.mark(unsent, error.detail);
        return true;
      }
      this.ports.delayed(error);
      return false;
    }
  }

  private mark(unsent: Unsent, rejected: string | null): void {
    unsent.rejected = rejected;
    const { clientId, roomId, text, category, place } = unsent;
    const kept: Kept = { clientId, roomId, text, category, place, rejected };
    this.ports.storage.set(unsent.name, JSON.stringify(kept));
  }

  private load(name: string): Unsent[] {
    const order = Number(name.slice(PREFIX.length, PREFIX.length + ORDER_DIGITS));
    this.order = Math.max(this.order, order || 0);
    const kept = parse(this.ports.storage.get(name));
    return kept ? [{ ...kept, name, durable: true, sending: false }] : [];
  }
}

function parse(text: string | null): Kept | null {
  try {
    const kept = JSON.parse(text ?? "null") as Partial<Kept> | null;
    if (!kept?.clientId || !kept.roomId || !kept.text) return null;
    const { clientId, roomId, text: written, place = null, rejected = null } = kept;
    return {
      clientId,
      roomId,
      text: written,
      category: categoryOf(kept.category),
      place,
      rejected,
    };
  } catch {
    return null;
  }
}
