import type { SocketEvents } from "@/transport/live";

/** Opens a WebSocket to the box that served this page; returns what closes it silently. */
export function openSocket(path: string, events: SocketEvents): () => void {
  const scheme = location.protocol === "https:" ? "wss:" : "ws:";
  const socket = new WebSocket(`${scheme}//${location.host}${path}`);
  socket.onopen = () => events.opened();
  socket.onmessage = (event) => events.received(String(event.data));
  socket.onclose = (event) => events.closed(event.code);
  return () => {
    socket.onopen = socket.onmessage = socket.onclose = null;
    socket.close();
  };
}
