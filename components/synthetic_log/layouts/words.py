"""Turns numbers into words made of syllables, so that a person can tell them apart."""

_SYLLABLES = [consonant + vowel for consonant in "bdfgklmnprstvz" for vowel in "aeiou"]


def word(number: int) -> str:
    """The word for a number. Different numbers have different words, with at least two syllables each."""
    syllables: list[str] = []
    while number or len(syllables) < 2:
        number, place = divmod(number, len(_SYLLABLES))
        syllables.append(_SYLLABLES[place])
    return "".join(reversed(syllables))
