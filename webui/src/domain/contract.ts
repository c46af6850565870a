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

/** One author that speaks as a person. */
export interface Speaker {
  id: string;
  name: string;
  fingerprint: string;
  here: boolean;
}

export interface Me {
  user: User | null;
  node: Box;
  authors: Speaker[];
}

/** Four words that open this identity in another browser, once. */
export interface Offer {
  words: string;
  url: string;
  svg: string;
  expires_s: number;
}

/** Twelve words that carry a person to another box. */
export interface Secret {
  words: string;
  url: string;
  svg: string;
}

export interface Carried extends Introduction {
  secret: Secret | null;
}

/** What a person said last of being safe or in need, looking, offering, informing. */
export interface CheckIn {
  person: string;
  name: string;
  fingerprint: string;
  category: string;
  text: string;
  place: string | null;
  sort_ms: number;
  time_certain: boolean;
  message_id: string;
}

export interface CheckInPage {
  items: CheckIn[];
  next: string | null;
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
  category: string | null;
  place: string | null;
  urgent: boolean;
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
