"""What the WebSockets carry; ``type`` names the frame."""

from dataclasses import dataclass
from typing import Literal

from node.contract.messages import Message, MessageState
from node.contract.rooms import Room
from node.contract.status import NodeStatus
from node.contract.sync import Peer


@dataclass(frozen=True, slots=True)
class MessageFrame:
    """A message that was stored here."""

    message: Message
    cursor: str
    type: Literal["message"] = "message"


@dataclass(frozen=True, slots=True)
class StateFrame:
    """A message has come further."""

    id: str
    state: MessageState
    cursor: str
    type: Literal["state"] = "state"


@dataclass(frozen=True, slots=True)
class RoomFrame:
    """A room is new or its name became known."""

    room: Room
    cursor: str
    type: Literal["room"] = "room"


@dataclass(frozen=True, slots=True)
class PeerFrame:
    """A link to a peer came up or went."""

    peer: Peer
    type: Literal["peer.joined", "peer.left"]
    cursor: str


@dataclass(frozen=True, slots=True)
class StatusFrame:
    """The box's status changed; the first frame tells it as it is."""

    status: NodeStatus
    cursor: str
    type: Literal["status"] = "status"


Frame = MessageFrame | StateFrame | RoomFrame | PeerFrame | StatusFrame
