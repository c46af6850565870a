import { EVERYONE } from "@/domain/rooms";

export type Route = { page: "rooms" } | { page: "room"; roomId: string };

const ROOM = /^#\/room\/(everyone|[0-9a-f]{64})$/;

/** Returns the page an address fragment names; the room of everyone when it names none. */
export function routeOf(hash: string): Route {
  if (hash === "#/rooms") return { page: "rooms" };
  const named = ROOM.exec(hash)?.[1];
  return { page: "room", roomId: !named || named === "everyone" ? EVERYONE : named };
}

/** Returns the address fragment of a page. */
export function hashOf(route: Route): string {
  if (route.page === "rooms") return "#/rooms";
  return `#/room/${route.roomId === EVERYONE ? "everyone" : route.roomId}`;
}
