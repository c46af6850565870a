import { inject, type InjectionKey, reactive, ref, type Ref } from "vue";
import { hashOf, type Route, routeOf } from "@/domain/route";
import type { Box } from "@/state/box";

const AGES_CHANGE_EVERY_MS = 20_000;

export const BOX: InjectionKey<Box> = Symbol("box");

/** Returns the box given to the app. */
export function useBox(): Box {
  const box = inject(BOX);
  if (!box) throw new Error("no box was provided");
  return box;
}

/** The page named by the address; follows the address bar and the back button. */
export const route = reactive({ now: routeOf(location.hash) });

/** Shows another page. */
export function go(to: Route): void {
  location.hash = hashOf(to);
}

/** Follows the address for as long as the page lives. */
export function followAddress(): void {
  window.addEventListener("hashchange", () => (route.now = routeOf(location.hash)));
}

/** This phone's time, refreshed while the page is looked at. */
export const nowMs: Ref<number> = ref(Date.now());

/** Keeps `nowMs` going. */
export function keepTime(): void {
  setInterval(() => {
    if (document.visibilityState === "visible") nowMs.value = Date.now();
  }, AGES_CHANGE_EVERY_MS);
}
