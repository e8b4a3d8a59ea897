import random
from collections import Counter

import pytest

from components.judged_queries.query_making import (
    FULL_TITLE,
    KINDS,
    MISSPELT,
    NONSENSE,
    ONE_WORD,
    OTHER_NUMBER,
    OTHER_ORDER,
    UNSEEN_WORD,
    made_queries,
    title_words,
    typed_words,
)

TITLES = [f"{colour} {shape} {thing}" for colour in ("RED", "Blue") for shape in ("Round", "Tall") for thing in (
    "Umbrella", "Lantern", "Candles", "Candle", "Basket")] + ["Ring, of 3"]  # fmt: skip
KNOWN = {word for title in TITLES for word in title_words(title)}


def of_kind(kind, titles=TITLES, of_each=8):
    return [query for query in made_queries(titles, of_each) if query.kind == kind]


def edits_of_one_letter(word):
    letters = {letter for known in KNOWN for letter in known}
    for at in range(len(word) + 1):
        yield word[:at] + word[at + 1 :]
        yield from (word[:at] + letter + word[at:] for letter in letters)
        yield from (word[:at] + letter + word[at + 1 :] for letter in letters)
        yield word[:at] + word[at + 1 : at + 2] + word[at : at + 1] + word[at + 2 :]


def test_of_each_kind_so_many_and_the_same_whatever_the_order_of_titles():
    made = made_queries(TITLES, 8)
    assert Counter(query.kind for query in made) == dict.fromkeys(KINDS, 8)
    assert len({(query.kind, query.text) for query in made}) == len(made)
    shuffled = [*TITLES, *TITLES]
    random.Random(3).shuffle(shuffled)
    assert made_queries(shuffled, 8) == made
    assert made_queries(TITLES, 0) == made_queries([], 8) == made_queries(["", "!"], 8) == []


def test_whole_titles_in_their_order_and_another():
    assert all(query.text in TITLES and query.wanted == title_words(query.text) for query in of_kind(FULL_TITLE))
    for query in of_kind(OTHER_ORDER):
        backwards = " ".join(reversed(query.text.split())).replace("3 of ring", "ring of 3")
        assert backwards in [" ".join(title_words(title)) for title in TITLES]
        assert {*query.wanted} == {*query.text.split()}


def test_one_word_is_a_word_of_letters():
    made = of_kind(ONE_WORD, of_each=50)
    # "of" and "3" are too short.
    assert {query.text for query in made} <= KNOWN - {"of", "3"}
    assert all(query.wanted == (query.text,) for query in made)


def test_plural_and_singular():
    made = {query.text.split()[-1]: query.wanted[-1] for query in of_kind(OTHER_NUMBER, of_each=50)}
    pairs = {
        "umbrellas": "umbrella", "lanterns": "lantern", "candle": "candles", "candles": "candle", "baskets": "basket"
    }  # fmt: skip
    assert made.items() <= pairs.items() and len(made) >= 3
    assert {len(query.wanted) for query in of_kind(OTHER_NUMBER, of_each=50)} == {1, 2}


def test_misspelt_words_are_one_edit_away_from_what_is_wanted():
    made = of_kind(MISSPELT, of_each=50)
    for query in made:
        differ = [
            (typed, meant) for typed, meant in zip(query.text.split(), query.wanted, strict=True) if typed != meant
        ]
        ((typed, meant),) = differ
        assert typed not in KNOWN and typed in edits_of_one_letter(meant) and typed[0] == meant[0]
    lengths = Counter(len(query.text) - len(" ".join(query.wanted)) for query in made)
    assert lengths[-1] and lengths[0] and lengths[1], "missing, wrong or swapped, and doubled letters"


def test_unseen_words_and_nonsense_are_in_no_title():
    for query in of_kind(UNSEEN_WORD):
        *phrase, unseen = query.text.split()
        assert tuple(phrase) == query.wanted and unseen not in KNOWN
    for query in of_kind(NONSENSE):
        assert query.wanted == () and KNOWN.isdisjoint(title_words(query.text))


def test_what_is_wrong_is_never_a_word_of_a_title_by_chance():
    # Without a letter, `aaaa` is a word; written backwards, `level` is itself, and `sloop` is `pools`.
    titles = [f"aaa aaaa aaaaa level pools sloop {number}" for number in range(20)]
    known = {*title_words(" ".join(titles))}
    made = made_queries(titles, 50)
    assert len([query for query in made if query.kind == MISSPELT]) > 9
    for query in made:
        if query.kind in (MISSPELT, UNSEEN_WORD, NONSENSE):
            assert not known.issuperset(title_words(query.text)), query
    assert UNSEEN_WORD not in {query.kind for query in made}


@pytest.mark.parametrize(
    "titles",
    [
        [f"{colour}{thing}" for colour in ("红色", "蓝色", "白色") for thing in ("雨伞", "马克杯", "灯笼", "蜡烛")],
        [f"{colour} {thing}" for colour in ("красный", "синий") for thing in ("зонтик", "фонарь", "корзина")],
        [f"{colour}{thing}" for colour in ("สีแดง", "สีฟ้า") for thing in ("ร่มกันแดด", "โคมไฟ")],
        [f"{colour} {thing}" for colour in ("أحمر", "أزرق") for thing in ("مظلة", "فانوس", "شمعة كبيرة")],
    ],
)
def test_titles_in_any_script(titles):
    made = made_queries(titles, 5)
    kinds = {query.kind for query in made}
    assert {FULL_TITLE, OTHER_ORDER, ONE_WORD, UNSEEN_WORD, NONSENSE, MISSPELT} >= kinds
    assert {FULL_TITLE, OTHER_ORDER, ONE_WORD, NONSENSE} <= kinds and OTHER_NUMBER not in kinds
    known = {word for title in titles for word in title_words(title)}
    for query in made:
        assert known.issuperset(query.wanted), query
        assert (query.wanted == ()) == (query.kind == NONSENSE)


@pytest.mark.parametrize(
    ("title", "typed"),
    [
        ("Café-Set, 3.5MM", ["café", "set", "3", "5mm"]),
        ("红色雨伞 Big", ["红色", "雨伞", "big"]),
        ("马克杯", ["马克", "杯"]),
        ("ร่ม", ["ร่ม"]),
        ("... !", []),
    ],
)
def test_what_is_typed_of_a_title(title, typed):
    assert typed_words(title) == typed
