"""What the protocols of one server share."""

from uvicorn.server import ServerState

from node.api.front.door import Door


class FrontState(ServerState):
    """uvicorn's own state, and the door its connections come through."""

    def __init__(self, door: Door) -> None:
        super().__init__()
        self.door = door
