import type { Message } from "@/domain/contract";
import { further } from "@/domain/progress";

/** Compares two messages in the order people read them; equal on all boxes for certain times. */
export function byReadingOrder(a: Message, b: Message): number {
  return a.sort_ms - b.sort_ms || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);
}

/** Returns the list with the news merged in: each id once, in reading order, states only up. */
export function mergeMessages(known: readonly Message[], news: readonly Message[]): Message[] {
  const byId = new Map(known.map((message) => [message.id, message]));
  for (const message of news) {
    const before = byId.get(message.id);
    const state = before ? further(before.state, message.state) : message.state;
    byId.set(message.id, { ...message, state });
  }
  return [...byId.values()].sort(byReadingOrder);
}
