"""Tab: completes the line in its turn.

prompt_toolkit completes a little later, in a task of its own. On a slow line many keys come at
once: what was typed after Tab would be there first, and Enter hand over half a word.

What the server has to be asked for comes later still. It is offered if nothing was typed
meanwhile, and takes nothing back.
"""

from collections.abc import Callable

from prompt_toolkit.buffer import Buffer, CompletionState
from prompt_toolkit.completion import CompleteEvent, Completion, get_common_complete_suffix
from prompt_toolkit.document import Document

LookUp = Callable[[str, Callable[[], object]], object]
"""Is given the text in front of the cursor, and what to call when more is known to complete it."""


def complete(buffer: Buffer, look_up: LookUp) -> None:
    """Complete the word at the cursor as far as it is clear, and open a menu for the rest.

    In an open menu, go to the next line of it.
    """
    if buffer.complete_state:
        buffer.complete_next()
        return
    document = buffer.document
    offered = _offered(buffer, document)
    if len(offered) == 1:
        buffer.apply_completion(offered[0])
    elif offered:
        common = get_common_complete_suffix(document, offered)
        buffer.insert_text(common)
        left = [one.new_completion_from_position(len(common)) for one in offered]
        buffer.complete_state = CompletionState(buffer.document, left)
    completed, menu = buffer.document, buffer.complete_state

    def offer_more() -> None:
        if buffer.complete_state is menu and (menu or buffer.document == completed):
            _offer_more(buffer, document, offered)

    look_up(document.text_before_cursor, offer_more)


def _offer_more(buffer: Buffer, document: Document, before: list[Completion]) -> None:
    """Offer what may be completed by now; what the line was completed to stays there.

    document: as it was at Tab; before: what was offered then.
    """
    offered = _offered(buffer, document)
    if len(offered) <= len(before):
        return
    if len(offered) == 1:
        buffer.apply_completion(offered[0])
        return
    lines = [CompletionState(document, offered, at) for at in range(len(offered))]
    texts = [line.new_text_and_position()[0] for line in lines]
    at = texts.index(buffer.text) if buffer.text in texts else None
    buffer.complete_state = CompletionState(document, offered, at)
    buffer.on_completions_changed.fire()


def _offered(buffer: Buffer, document: Document) -> list[Completion]:
    asked = CompleteEvent(completion_requested=True)
    return list(buffer.completer.get_completions(document, asked))
