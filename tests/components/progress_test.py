import pickle

from components.progress import Progress, heard_by


def test_listeners_hear_while_their_context_is_open():
    heard = []
    rows = Progress("rows read", total=3)
    rows.advance()  # Nobody listens.
    with heard_by(lambda progress, steps: heard.append((progress, steps))):
        rows.advance(2)
    rows.advance()
    assert heard == [(rows, 2)]
    # It travels into Beam's functions.
    assert pickle.loads(pickle.dumps(rows)) == rows
