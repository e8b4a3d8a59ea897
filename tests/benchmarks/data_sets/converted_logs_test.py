import collections
import csv
import gzip

from benchmarks.data_sets.converted_logs import write_jdsearch, write_movielens, write_online_retail
from components.synthetic_log.generated_set import generate
from components.synthetic_log.generator_config import GeneratorConfig


def table(path):
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream, delimiter="\t", quoting=csv.QUOTE_NONE))


def test_jdsearch_becomes_a_table_of_the_very_events(tmp_path):
    config = GeneratorConfig(events=600, items=100, topics=10)
    truth = generate(config, "jdsearch", str(tmp_path), negatives=9)
    (tmp_path / "release_data.txt").rename(tmp_path / "user_behavior_data_sample.txt")
    (tmp_path / "product_data.txt").rename(tmp_path / "product_meta_data_sample.txt")
    write_jdsearch(tmp_path, tmp_path)
    events, items = table(tmp_path / "events.tsv"), table(tmp_path / "items.tsv")
    assert len(items) == 100 and items[0]["categories"].count("|") == 1
    clicked = collections.Counter(event["surface"] for event in events if event["label"] == "1" and event["item_id"])
    counts = truth["counts"]
    assert clicked == {"recommendation": counts["feed_clicks"], "search": counts["search_clicks"]}
    assert {bool(event["query"]) for event in events if event["surface"] == "search"} == {True}
    # Times that anybody takes for times.
    assert min(int(event["timestamp_ms"]) for event in events) >= 1_640_995_200_000


def test_online_retail_is_what_customers_bought(tmp_path):
    lines = [
        "InvoiceNo\tStockCode\tDescription\tQuantity\tInvoiceDate\tUnitPrice\tCustomerID\tCountry",
        '1\tA\tRED "MUG" \t6\t2010-12-01 08:26\t2.55\t17850\tUnited Kingdom',
        "2\tA\tMUG\t1\t2010-12-01 08:27\t2.55\t17851\tFrance",
        "C3\tB\tCancelled\t1\t2010-12-01 08:28\t2.55\t17850\tFrance",
        "4\tB\tReturned\t-1\t2010-12-01 08:28\t2.55\t17850\tFrance",
        "5\tB\tNobody\t1\t2010-12-01 08:28\t2.55\t\tFrance",
    ]
    (tmp_path / "a.gz").write_bytes(gzip.compress("\n".join(lines).encode()))
    write_online_retail(tmp_path / "a.gz", tmp_path)
    assert (tmp_path / "events.tsv").read_text().splitlines() == [
        *("user_id\ttime\titem_id", "17850\t2010-12-01 08:26\tA", "17851\t2010-12-01 08:27\tA")
    ]
    assert (tmp_path / "items.tsv").read_text().splitlines() == ["item_id\ttitle", 'A\tRED "MUG"']


def test_movielens_is_read_as_recbole_s_package_has_it(tmp_path):
    (tmp_path / "ml-100k.inter").write_text(
        "user_id:token\titem_id:token\trating:float\ttimestamp:float\n196\t242\t3\t881250949\n"
    )
    (tmp_path / "ml-100k.item").write_text(
        "item_id:token\tmovie_title:token_seq\trelease_year:token\tclass:token_seq\n"
        '242\tKolya "K"\t1996\tComedy Drama\n'
    )
    write_movielens(tmp_path, tmp_path)
    assert table(tmp_path / "events.tsv") == [{"user_id": "196", "timestamp": "881250949", "item_id": "242"}]
    assert table(tmp_path / "items.tsv") == [{"item_id": "242", "title": 'Kolya "K"', "categories": "Comedy|Drama"}]
