from tfx_pipeline.result_texts.judged_queries_text import judged_queries_lines


def test_a_row_for_each_kind_and_one_for_all():
    misspelt = {"queries": 30, "precision": 0.25, "out_of_order": 0.1, "answers": 99.6}
    nonsense = {"queries": 7, "precision": None, "out_of_order": None, "answers": 0.0}
    judged = {"kinds": {"misspelt": misspelt, "no such words": nonsense}, "all": misspelt, "skipped": ""}
    assert judged_queries_lines(judged)[-1].splitlines() == [
        "                            queries  precision of the first 5  none above all  items answered",
        "misspelt                         30                     0.250           0.100             100",
        "no such words                     7                                                         0",
        "all that have a right item       30                     0.250           0.100             100",
    ]


def test_what_was_skipped_is_said():
    judged = {"kinds": {}, "all": {}, "skipped": "no item has a title to make queries from"}
    assert judged_queries_lines(judged) == ["Search was not judged: no item has a title to make queries from."]
