/** The sentences of the first load: at most twelve words each, "box" and "people". */
const en = {
  "app.name": "DisasterNet",
  "name.title": "What is your name?",
  "name.why": "People see it beside your messages.",
  "name.label": "Your name",
  "name.save": "Continue",
  "name.waiting": "Looking for the box…",
  "name.somebody": "Somebody",
  "name.after": "It is on its way. Your name helps people find you.",
  "name.later": "Later",
  "name.words": "I have four words",
  "checkIn.safe": "I am safe",
  "checkIn.help": "I need help",
  "checkIn.waits": "Saved on this phone. It goes out when the box answers.",
  "checkIn.waitsHere": "Keep this page open. It goes out when the box answers.",
  "category.none": "Message",
  "category.safe": "Safe",
  "category.help": "Needs help",
  "category.looking": "Looking for",
  "category.offer": "Offer",
  "category.info": "News",
  "category.urgent": "Urgent",
  "pages.label": "Pages",
  "pages.rooms": "Rooms",
  "pages.people": "People",
  "pages.me": "Me",
  "page.loading": "Loading…",
  "page.failed": "This page did not load.",
  "lite.open": "Open the simple page",
  "lite.storage": "This browser keeps nothing. What you write lives on this page only.",
  "rooms.title": "Rooms",
  "rooms.none": "No rooms yet.",
  "rooms.everyone": "Everyone",
  "rooms.choose": "Choose a room.",
  "rooms.back": "All rooms",
  "rooms.new": "New room",
  "rooms.newName": "Name of the room",
  "rooms.create": "Create room",
  "rooms.unread": "{count} unread",
  "room.unnamed": "Room without a name",
  "room.loading": "Loading messages…",
  "room.empty": "No messages yet. Write the first one.",
  "room.older": "Load older messages",
  "room.newest": "New messages below",
  "room.messages": "Messages",
  "compose.label": "Your message",
  "compose.send": "Send",
  "compose.category": "What is it about?",
  "compose.place": "Place",
  "compose.placeHint": "Where?",
  "compose.tooLong": "Too long. Characters to remove: {count}",
  "message.you": "you",
  "message.nameless": "Somebody",
  "message.timeUncertain": "time uncertain",
  "message.new": "New message from {name}: {text}",
  "message.newMany": "{count} new messages",
  "progress.page": "Kept on this page. Do not close it.",
  "progress.phone": "Saved on this phone",
  "progress.sending": "Sending…",
  "progress.box": "On this box",
  "progress.boxes": "Stored on {count} boxes",
  "progress.rejected": "Not sent: {detail}",
  "unsent.retry": "Try again",
  "unsent.edit": "Edit",
  "unsent.remove": "Remove",
  "age.now": "just now",
  "age.minutes": "{count} min ago",
  "age.hours": "{count} h ago",
  "age.days": "{count} d ago",
  "status.label": "Box",
  "status.connected": "Connected",
  "status.connecting": "Connecting…",
  "status.lost": "Not connected",
  "status.alone": "No other box nearby. Messages stay on this box.",
  "status.oneNearby": "1 box nearby",
  "status.nearby": "{count} boxes nearby",
  "status.unsent": "{count} not sent yet",
  "banner.lost": "No contact with the box. Trying again.",
  "banner.kept": "You can write. Messages wait here.",
  "banner.keptHere": "You can write. Keep this page open.",
  "problem.unreachable": "The box does not answer. Try again.",
  "problem.panel": "This part of the page failed. Other parts still work.",
  "message.place": "Place:",
} as const;

export type Slots = Readonly<Record<string, string | number>>;
export type Word = keyof typeof en;
export type Catalogue = Readonly<Record<Word, string>>;

export const catalogue: Catalogue = en;

/** Returns the sentence in the person's language, with `{slots}` filled. */
export function t(word: Word, slots: Slots = {}): string {
  return filled(catalogue[word], slots);
}

/** Returns a sentence with its `{slots}` filled, each as text. */
export function filled(sentence: string, slots: Slots): string {
  return sentence.replace(/\{(\w+)\}/g, (whole, slot: string) =>
    slot in slots ? String(slots[slot]) : whole,
  );
}
