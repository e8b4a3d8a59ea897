from components.synthetic_log.layouts.words import word


def test_words_are_made_of_syllables_and_all_different():
    # 14 consonants by 5 vowels: 70 syllables.
    assert [word(number) for number in (0, 1, 69, 70, 70**2)] == ["baba", "babe", "bazu", "beba", "bebaba"]
    assert len({word(number) for number in range(10_000)}) == 10_000
