from tests.support.rule_logs import hotels


def test_the_texts_and_traits_of_a_catalogue(tmp_path):
    catalogue = hotels(tmp_path)
    assert dict(catalogue.places) == {b"a": 0, b"b": 1, b"c": 2, b"d": 3, b"e": 4} and len(catalogue) == 5
    assert catalogue.texts[1] == ["sea", "sea", "villa", "italy", "rome", "3"] and catalogue.texts[4] == []
    rows = catalogue.traits.tolist()
    # The number of stars, the country, the town: a and b share the last two, a and c the first two.
    assert len(rows) == 6 and rows[4] == rows[5] == [-1, -1, -1]
    assert [one == other for one, other in zip(rows[0], rows[1], strict=True)] == [False, True, True]
    assert [one == other for one, other in zip(rows[0], rows[2], strict=True)] == [True, True, False]
    assert not set(rows[0]) & set(rows[3])
