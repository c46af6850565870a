import { createApp, watch } from "vue";
import App from "@/App.vue";
import { staysAnyway } from "@/domain/route";
import { Box } from "@/state/box";
import { BOX, followAddress, keepTime } from "@/state/view";
import { openSocket } from "@/transport/socket";
import { safeStorage, type Storage } from "@/transport/storage";
import { t } from "@/words";
import "@/style.css";

const storage = safeStorage();
// A browser that keeps nothing is most often a pop-up that closes when it likes.
if (storage.durable || staysAnyway(location.hash)) mount(storage);
else location.replace("/lite");

function mount(storage: Storage): void {
  const visible = () => document.visibilityState === "visible";
  const box = new Box({ open: openSocket, visible, storage });

  document.addEventListener("visibilitychange", () => (visible() ? box.wake() : box.sleep()));
  window.addEventListener("online", () => box.wake());
  window.addEventListener("offline", () => box.wake());
  followAddress();
  keepTime();

  watch(
    () => box.rooms.state.list.reduce((total, room) => total + room.unread, 0),
    (unread) => (document.title = unread > 0 ? `(${unread}) ${t("app.name")}` : t("app.name")),
  );

  createApp(App).provide(BOX, box).mount("#app");
  box.start();
}
