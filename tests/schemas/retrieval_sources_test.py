from schemas import retrieval_sources


def test_each_source_is_listed_once():
    names = {value for name, value in vars(retrieval_sources).items() if name.isupper() and isinstance(value, str)}
    assert len(retrieval_sources.SOURCES) == len(names) == 7
    assert set(retrieval_sources.SOURCES) == names
