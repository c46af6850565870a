import { EVERYONE } from "@/domain/rooms";

const PLAIN = ["rooms", "people", "me", "enter"] as const;

export type Route = { page: (typeof PLAIN)[number] } | { page: "room"; roomId: string };

const ROOM = /^#\/room\/(everyone|[0-9a-f]{64})$/;
const STAY = "#/stay";

/** Returns the page an address fragment names; the room of everyone when it names none. */
export function routeOf(hash: string): Route {
  const plain = PLAIN.find((page) => hash === `#/${page}`);
  if (plain) return { page: plain };
  const named = ROOM.exec(hash)?.[1];
  return { page: "room", roomId: !named || named === "everyone" ? EVERYONE : named };
}

/** Returns the address fragment of a page. */
export function hashOf(route: Route): string {
  if (route.page !== "room") return `#/${route.page}`;
  return `#/room/${route.roomId === EVERYONE ? "everyone" : route.roomId}`;
}

/** Returns whether the person asked for this page although the browser keeps nothing. */
export function staysAnyway(hash: string): boolean {
  return hash === STAY || hash.startsWith(`${STAY}/`);
}
