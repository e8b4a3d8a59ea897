from components.own_log.findings.sighting import Sighting


def test_the_first_row_and_the_number_of_all_are_kept():
    seen = Sighting()
    assert not seen
    seen.add("a.csv", 3, "x" * 100)
    seen.add("b.csv", 9, "y")
    assert seen and (seen.count, seen.file, seen.row, seen.example) == (2, "a.csv", 3, "x" * 80)
