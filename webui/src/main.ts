import { createApp, watch } from "vue";
import App from "@/App.vue";
import { Box } from "@/state/box";
import { BOX, followAddress, keepTime } from "@/state/view";
import { openSocket } from "@/transport/socket";
import { safeStorage } from "@/transport/storage";
import { t } from "@/words";
import "@/style.css";

const visible = () => document.visibilityState === "visible";
const box = new Box({ open: openSocket, visible, storage: safeStorage() });

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
