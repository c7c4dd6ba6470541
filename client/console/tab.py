"""Tab: completes the line in its turn.

prompt_toolkit completes a little later, in a task of its own. On a slow line many keys come at
once: what was typed after Tab would be there first, and Enter hand over half a word.
"""

from prompt_toolkit.buffer import Buffer, CompletionState
from prompt_toolkit.completion import CompleteEvent, get_common_complete_suffix


def complete(buffer: Buffer) -> None:
    """Complete the word at the cursor as far as it is clear, and open a menu for the rest.

    In an open menu, go to the next line of it.
    """
    if buffer.complete_state:
        buffer.complete_next()
        return
    document, asked = buffer.document, CompleteEvent(completion_requested=True)
    offered = list(buffer.completer.get_completions(document, asked))
    if len(offered) == 1:
        buffer.apply_completion(offered[0])
    elif offered:
        common = get_common_complete_suffix(document, offered)
        buffer.insert_text(common)
        left = [one.new_completion_from_position(len(common)) for one in offered]
        buffer.complete_state = CompletionState(buffer.document, left)
