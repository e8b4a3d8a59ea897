"""Words by number: made of syllables, so that a person can tell them apart."""

_SYLLABLES = [consonant + vowel for consonant in "bdfgklmnprstvz" for vowel in "aeiou"]


def word(number: int) -> str:
    """The word of a number; different numbers have different words of at least two syllables."""
    syllables: list[str] = []
    while number or len(syllables) < 2:
        number, place = divmod(number, len(_SYLLABLES))
        syllables.append(_SYLLABLES[place])
    return "".join(reversed(syllables))
