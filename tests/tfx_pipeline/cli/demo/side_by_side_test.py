from tfx_pipeline.cli.demo.side_by_side import cut, side_by_side


def test_two_texts_stand_beside_each_other():
    assert side_by_side(["one", "three"], ["1", "22", "3"], width=80).splitlines() == [
        "one     1",
        "three   22",
        "        3",
    ]


def test_the_left_one_gives_way():
    left, right = ["x" * 50], ["y" * 20]
    # 24 columns are left for it, besides 20 and the gap of 3.
    assert side_by_side(left, right, width=47) == "x" * 23 + "…   " + "y" * 20


def test_without_room_one_stands_below_the_other():
    assert side_by_side(["x" * 50], ["y" * 20], width=40).splitlines() == ["x" * 39 + "…", "y" * 20]


def test_cut():
    assert (cut("four", 4), cut("fives", 4)) == ("four", "fiv…")
