import type { Room } from "@/domain/contract";

/** SHA-256 of "disasternet/1 room everyone": the one room that is on every box. */
export const EVERYONE = "af1b7a2dc7c9f8493b92b849a466ac8bcda15f6df507869ef86eb3f111bf838b";

/** Returns the rooms with everyone's first, then those that spoke last. */
export function inListOrder(rooms: readonly Room[]): Room[] {
  const rank = (room: Room) => (room.id === EVERYONE ? Infinity : (room.last_message_ms ?? 0));
  return [...rooms].sort((a, b) => {
    const [first, second] = [rank(a), rank(b)];
    return first === second ? a.name.localeCompare(b.name) : second > first ? 1 : -1;
  });
}

/** Where the box stops counting: so many means so many or more. */
const COUNTED_TO = 100;

/** Returns how many messages are unread, as far as the box counts. */
export function unreadLabel(count: number): string {
  return count < COUNTED_TO ? String(count) : `${COUNTED_TO - 1}+`;
}
