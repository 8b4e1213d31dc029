"""What is asked of a login shell."""

from __future__ import annotations

import subprocess

from hypothesis import example, given, settings
from hypothesis import strategies as st

from setupbatcher.hosts.output import Stream
from setupbatcher.hosts.remote_line import Opening, quoted, request, shell_call

_TEXT = st.text(st.characters(blacklist_characters="\0", blacklist_categories=["Cs"]))


@settings(max_examples=60, deadline=None)
@given(_TEXT)
@example("'\\'")
def test_any_text_is_one_word(text: str) -> None:
    """A shell gives back what was quoted, whatever it is."""
    done = subprocess.run(["/bin/sh", "-c", f"printf %s {quoted(text)}"], capture_output=True, check=True)
    assert done.stdout == text.encode()


@given(st.binary(max_size=300), st.integers(1, 10**9), st.binary(max_size=50), st.integers(1, 40))
def test_the_first_line_is_found_in_any_pieces(noise: bytes, group: int, output: bytes, size: int) -> None:
    """What login files print before it is dropped, what follows is the command's, however the network cuts it."""
    data = noise + b"mark-x %d\n" % group + output
    opening = Opening("mark-x")
    pieces = [opening.feed(data[start : start + size]) for start in range(0, len(data), size)]
    assert (b"".join(pieces), opening.group, opening.noise, opening.state) == (output, group, noise, "ok")


def test_much_noise_is_not_kept() -> None:
    """A login file that prints for ever does not fill the memory; the mark is still found."""
    opening = Opening("mark-x")
    for _ in range(1000):
        opening.feed(b"x" * 1000)
    rest = opening.feed(b"mark-x 7\nout")
    assert (rest, opening.group, len(opening.noise) < 10_000) == (b"out", 7, True)


def test_a_login_file_that_prints() -> None:
    """The request itself, run by a shell that says something first."""
    done = subprocess.run(
        ["/bin/sh", "-c", f"echo welcome; {request(shell_call('echo out; cat'), 'mark-x')}"],
        capture_output=True,
        check=True,
    )
    opening = Opening("mark-x")
    assert (opening.feed(done.stdout), opening.noise) == (b"out\n", b"welcome\n")


@given(st.lists(st.binary(max_size=9)))
def test_a_short_stream_is_kept_whole(pieces: list[bytes]) -> None:
    """Within the bounds nothing changes."""
    stream = Stream()
    for piece in pieces:
        stream.feed(piece)
    assert stream.value() == b"".join(pieces)
