"""Frames are encoded once for all sockets."""

import json

from node.api.frame_text import MAX_KEPT, FrameTexts
from node.contract.frames import PeerFrame, RoomFrame
from node.contract.rooms import Room
from node.contract.sync import Peer


def room_frame(name: str) -> RoomFrame:
    return RoomFrame(Room("ab", name, joined=False, members=0, unread=0, last_message_ms=None), "c")


def test_the_same_frame_is_the_same_text_and_an_equal_one_says_the_same() -> None:
    texts = FrameTexts()
    frame = room_frame("Gym")
    assert texts(frame) is texts(frame)
    assert texts(room_frame("Gym")) == texts(frame)
    assert texts(room_frame("School")) != texts(frame)


def test_frames_that_come_and_go_never_get_anothers_text() -> None:
    texts = FrameTexts()
    for number in range(MAX_KEPT * 10):
        assert json.loads(texts(room_frame(str(number))))["room"]["name"] == str(number)


def test_only_the_frames_shown_last_are_kept() -> None:
    texts = FrameTexts()
    frames = [room_frame(str(number)) for number in range(MAX_KEPT + 1)]
    shown = [texts(frame) for frame in frames]
    assert texts(frames[-1]) is shown[-1]
    assert texts(frames[0]) is not shown[0], "encoded anew: it had been forgotten"


def test_the_type_names_the_frame() -> None:
    peer = Peer("ab", "Box", "", "connected", None, None, None, in_sync=True, link=None)
    frame = json.loads(FrameTexts()(PeerFrame(peer, "peer.left", "c")))
    assert (frame["type"], frame["peer"]["name"], frame["cursor"]) == ("peer.left", "Box", "c")
