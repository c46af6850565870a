/** The JSON of the HTTP API, as docs/api.md describes it. */

export interface Box {
  id: string;
  public_key: string;
  name: string;
}

export interface User {
  id: string;
  person: string;
  public_key: string;
  name: string;
  fingerprint: string;
  custodial: boolean;
}

export interface Introduction {
  user: User;
  node: Box;
  token: string;
}

export interface Me {
  user: User | null;
  node: Box;
}

export interface Room {
  id: string;
  name: string;
  joined: boolean;
  members: number;
  unread: number;
  last_message_ms: number | null;
}

export interface Author {
  id: string;
  person: string;
  name: string;
  fingerprint: string;
  via: string | null;
}

export interface MessageState {
  stored: boolean;
  boxes: number;
}

export interface Message {
  id: string;
  cursor: string;
  room_id: string;
  author: Author;
  text: string;
  sort_ms: number;
  time_certain: boolean;
  state: MessageState;
}

export interface MessagePage {
  items: Message[];
  next: string | null;
}

export interface Peer {
  id: string;
  name: string;
  connected_since_ms: number | null;
}

export interface NodeStatus {
  node: { id: string; name: string; uptime_s: number };
  clock: { wall_ms: number };
}

export interface Problem {
  type: string;
  title: string;
  status: number;
  detail?: string;
}

export type Frame =
  | { type: "message"; cursor: string; message: Message }
  | { type: "state"; cursor: string; id: string; state: MessageState }
  | { type: "room"; cursor: string; room: Room }
  | { type: "peer.joined" | "peer.left"; cursor: string; peer: Peer }
  | { type: "status"; cursor: string; status: NodeStatus };
