"""What an enemy says of who is who: profiles that claim, deny and copy, and who is one person."""

from dataclasses import dataclass, field
from typing import Final

from node.protocol import kinds
from node.protocol.carry import carry_key, prove
from node.protocol.envelope import Envelope
from node.protocol.ids import EVERYONE
from node.protocol.keys import SigningKey
from node.protocol.kinds import Category, Kind, Profile
from node.protocol.limits import MAX_CHAIN_LINKS
from tests.fakes.authors import RemoteAuthor

CROWD: Final = 200
"""Authors who all truly continue one."""


@dataclass
class Cast:
    """Authors, what they said, and as whom each must be shown."""

    envelopes: list[Envelope] = field(default_factory=list[Envelope])
    persons: dict[str, str] = field(default_factory=dict[str, str])
    """Author to person, both as names."""
    _authors: dict[str, RemoteAuthor] = field(default_factory=dict[str, RemoteAuthor])

    def author(self, name: str) -> RemoteAuthor:
        """Return the author of that name, whose first word is kept."""
        if name not in self._authors:
            self._authors[name] = author = RemoteAuthor(name)
            self.envelopes.append(author.says(f"said by {name}", category=Category.SAFE))
        return self._authors[name]

    def id_of(self, name: str) -> str:
        """Return the id of an author."""
        return self.author(name).key.verify_key.hex()

    def shown(self) -> dict[str, str]:
        """Return author to person, as ids."""
        return {self.id_of(name): self.id_of(person) for name, person in self.persons.items()}

    def says(  # noqa: PLR0913 - all that a profile can be made of
        self,
        name: str,
        person: str,
        above: str | None = None,
        *,
        proof_for: str | None = None,
        key: SigningKey | None = None,
        denies: tuple[str, ...] = (),
    ) -> None:
        """Let an author publish a profile.

        Args:
            name: the author's.
            person: as whom it must be shown in the end.
            above: whom it claims to continue.
            proof_for: whose proof it shows; its own when left out.
            key: what it signs the proof with; the secret of ``above`` when left out.
            denies: of whom it says that they are not the same person.
        """
        me = self.author(name)
        continues = None
        if above is not None:
            old = self.author(above).key.verify_key
            new = self.author(proof_for or name).key.verify_key
            continues = (old, prove(key or secret_of(above), old, new))
        public = secret_of(name).verify_key
        not_me = tuple(self.author(each).key.verify_key for each in denies)
        profile = Profile(name, public, continues, not_me)
        self.envelopes.append(me.signs(Kind.PROFILE, profile, EVERYONE, kinds.SAFETY, 0))
        self.persons[name] = person


def secret_of(name: str) -> SigningKey:
    """Return the carry key of an author."""
    return carry_key(name.encode()[:16].ljust(16))


def hostile_cast() -> Cast:
    """Return everything that can be claimed."""
    cast = Cast()
    _chain(cast, "long", MAX_CHAIN_LINKS, "long 0")
    _chain(cast, "too long", MAX_CHAIN_LINKS + 1, f"too long {MAX_CHAIN_LINKS + 1}")
    for number in range(3):
        name = f"round {number}"
        cast.says(name, name, f"round {(number + 1) % 3}")
    cast.says("self", "self", "self")
    cast.says("victim", "victim")
    cast.says("wrong key", "wrong key", "victim", key=secret_of("wrong key"))
    cast.says("copied proof", "copied proof", "victim", proof_for="victim's own")
    cast.says("victim's own", "victim", "victim")
    cast.says("parent", "parent", denies=("thief",))
    cast.says("thief", "thief", "parent", denies=("sibling",))
    cast.says("thief's", "thief", "thief")
    cast.says("sibling", "parent", "parent")
    cast.says("leaver", "leaver", "parent", denies=("parent",))
    cast.says("heir", "first")
    cast.says("first", "first")
    cast.says("heir", "first", "first")
    cast.says("turncoat", "turncoat", "first")
    cast.says("turncoat", "turncoat")
    cast.says("crowded", "crowded")
    for number in range(CROWD):
        cast.says(f"one of many {number}", "crowded", "crowded")
    return cast


def _chain(cast: Cast, name: str, links: int, last: str) -> None:
    cast.says(f"{name} 0", f"{name} 0")
    for number in range(1, links + 1):
        is_last = number == links
        cast.says(f"{name} {number}", last if is_last else f"{name} 0", f"{name} {number - 1}")
