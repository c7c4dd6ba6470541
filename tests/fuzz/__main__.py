"""The fuzz for hours: attacks that atheris makes up of the recorded sessions, led by coverage.

    make fuzz                               until something breaks, or Ctrl-C
    make fuzz ARGS=-max_total_time=600      for ten minutes; this and others are libFuzzer's
    make fuzz ARGS=.fuzz/crash-…            one attack again
    make fuzz ARGS=.fuzz/attacks-…          all attacks on one stage again, if it took more

What it has found out so far stands in `.fuzz/corpus`, and goes on from there the next time.
"""

import logging
import sys
from hashlib import sha256
from pathlib import Path
from random import Random

import msgpack

try:
    import atheris
except ImportError:
    sys.exit("make fuzz needs atheris, of which there is none for this Python or system")

with atheris.instrument_imports(include=["chatd", "h11", "multipart", "websockets"]):
    from tests.fuzz.attack import Attack, Ending, Way, carry_out
    from tests.fuzz.sessions import Stage, garbled, hello, recorded

FOLDER = Path(".fuzz")
CORPUS = FOLDER / "corpus"
ATTACKS_MAX = 50
"""On one stage: to set one up takes longer than ten attacks."""
ATTACK_BYTES_MAX = 20_000
SECONDS_MAX = 60
"""What takes longer is a failure, too."""


class Fuzz:
    """Carries out one attack after the other, several on each stage."""

    def __init__(self) -> None:
        self._stage: Stage | None = None
        self._attacks: list[bytes] = []

    def attack(self, data: bytes) -> None:
        """Carry out the attack that some bytes stand for."""
        stage = self._stage or Stage()
        self._stage = stage
        self._attacks.append(data)
        devices = set(stage.world.state.users["eve"].devices)
        try:
            carry_out(stage, Attack.decode(data))
        except BaseException:
            self._save()
            raise
        eve = stage.world.state.users.get("eve")
        is_whole = eve is not None and devices <= eve.devices.keys() and not stage.eve.ended
        if len(self._attacks) == ATTACKS_MAX or not is_whole:
            stage.world.kill()
            self._stage, self._attacks = None, []

    def _save(self) -> None:
        """Keep all attacks on the stage: the last alone may do no harm."""
        content = msgpack.packb(self._attacks)
        path = FOLDER / f"attacks-{sha256(content).hexdigest()[:16]}"
        path.write_bytes(content)
        print(f"all attacks on this stage: {path}", file=sys.stderr)


def mutate(data: bytes, size_max: int, seed: int) -> bytes:
    """Garble the bytes as the tests do, or let libFuzzer change what it likes."""
    chance = Random(seed)
    if chance.randrange(2):
        return bytes(atheris.Mutate(data, size_max))
    return (data[:3] + garbled(chance, data[3:]))[:size_max]


def sow() -> None:
    """Begin the corpus with the sessions as they are."""
    CORPUS.mkdir(parents=True, exist_ok=True)
    streams = {**recorded(), "hello": hello()}
    for number, (name, stream) in enumerate(streams.items()):
        for way in Way:
            ending = list(Ending)[number % len(Ending)]
            seed = Attack(way, ending, number, stream).encode()
            (CORPUS / f"{name}-{way.value}").write_bytes(seed)


def main() -> None:
    logging.getLogger().addHandler(logging.NullHandler())
    fuzz = Fuzz()
    again = [Path(argument) for argument in sys.argv[1:] if Path(argument).is_file()]
    if again and again[0].name.startswith("attacks-"):
        for data in msgpack.unpackb(again[0].read_bytes()):
            fuzz.attack(data)
        return
    sow()
    bounds = [f"-max_len={ATTACK_BYTES_MAX}", f"-timeout={SECONDS_MAX}"]
    places = [f"-artifact_prefix={FOLDER}/", *([] if again else [str(CORPUS)])]
    arguments = [sys.argv[0], *bounds, *places, *sys.argv[1:]]
    atheris.Setup(arguments, fuzz.attack, custom_mutator=mutate)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
