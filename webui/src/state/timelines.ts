import { reactive } from "vue";
import type { Message, MessagePage, MessageState } from "@/domain/contract";
import { further } from "@/domain/progress";
import { mergeMessages } from "@/domain/timeline";
import type { Call } from "@/transport/http";

const PAGE_MESSAGES = 50;

/** What this page knows of one room. */
export interface Timeline {
  messages: Message[];
  /** Where "load older" goes on; null when the oldest is here. */
  older: string | null;
  loaded: boolean;
}

/** The rooms opened on this page, each with its messages. */
export class Timelines {
  readonly rooms = reactive(new Map<string, Timeline>());

  constructor(private readonly call: Call) {}

  /** Returns the messages of a room, none at first. */
  of(roomId: string): Timeline {
    const known = this.rooms.get(roomId);
    if (known) return known;
    this.rooms.set(roomId, { messages: [], older: null, loaded: false });
    return this.rooms.get(roomId) as Timeline;
  }

  /** Reads the newest messages of a room. */
  async load(roomId: string): Promise<void> {
    const page = await this.page(roomId);
    const room = this.of(roomId);
    room.messages = mergeMessages(room.messages, page.items);
    if (!room.loaded) room.older = page.next;
    room.loaded = true;
  }

  /** Reads the messages before the oldest known one. */
  async loadOlder(roomId: string): Promise<void> {
    const room = this.of(roomId);
    if (room.older === null) return;
    const page = await this.page(roomId, room.older);
    room.messages = mergeMessages(room.messages, page.items);
    room.older = page.next;
  }

  /** Takes a message in; returns whether it is new to an opened room. */
  add(message: Message): boolean {
    const room = this.rooms.get(message.room_id);
    if (!room) return false;
    const isNew = !room.messages.some((known) => known.id === message.id);
    room.messages = mergeMessages(room.messages, [message]);
    return isNew;
  }

  /** Takes in how far a message has come. */
  advance(id: string, state: MessageState): void {
    for (const room of this.rooms.values()) {
      const message = room.messages.find((known) => known.id === id);
      if (message) message.state = further(message.state, state);
    }
  }

  /** Forgets every message: the box has another list. */
  forget(): void {
    this.rooms.clear();
  }

  private page(roomId: string, before?: string): Promise<MessagePage> {
    const from = before === undefined ? "" : `&before=${encodeURIComponent(before)}`;
    return this.call<MessagePage>(`/rooms/${roomId}/messages?limit=${PAGE_MESSAGES}${from}`);
  }
}
