import { reactive } from "vue";
import type { Room } from "@/domain/contract";
import { inListOrder } from "@/domain/rooms";
import type { Call } from "@/transport/http";

/** Several messages in a burst ask for the list once. */
const REFRESH_AFTER_MS = 700;

/** The rooms of the box, with what this person has not read. */
export class Rooms {
  readonly state = reactive({ list: [] as Room[], loaded: false });
  private waiting = false;

  constructor(private readonly call: Call) {}

  /** The room, when the box has told of it. */
  find(id: string): Room | undefined {
    return this.state.list.find((room) => room.id === id);
  }

  /** Reads the list again. */
  async load(): Promise<void> {
    this.state.list = inListOrder(await this.call<Room[]>("/rooms"));
    this.state.loaded = true;
  }

  /** Reads the list again soon; without contact the list stays as it is. */
  loadSoon(): void {
    if (this.waiting) return;
    this.waiting = true;
    setTimeout(() => {
      this.waiting = false;
      this.load().catch(() => undefined);
    }, REFRESH_AFTER_MS);
  }

  /** Makes a room and returns it. */
  async create(name: string): Promise<Room> {
    const room = await this.call<Room>("/rooms", { method: "POST", body: { name } });
    this.put(room);
    return room;
  }

  /** Marks a room read up to a place in the order of arrival. */
  async markRead(id: string, cursor: string): Promise<void> {
    const path = `/rooms/${id}/read`;
    this.put(await this.call<Room>(path, { method: "POST", body: { up_to: cursor } }));
  }

  private put(room: Room): void {
    const others = this.state.list.filter((other) => other.id !== room.id);
    this.state.list = inListOrder([...others, room]);
  }
}
