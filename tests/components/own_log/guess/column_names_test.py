import pytest

from components.own_log.guess import column_names as names
from components.own_log.guess.column_names import CATEGORIES, ITEM, LABEL, QUERY, TIME, TITLE, USER, named_for

LOGS = [
    # RetailRocket, Amazon reviews, MovieLens, Online Retail, KuaiSAR, an analytics export, a German shop.
    ({TIME: "timestamp", USER: "visitorid", LABEL: "event", ITEM: "itemid"}, ["transactionid"]),
    ({USER: "reviewerID", ITEM: "asin", TIME: "unixReviewTime"}, ["overall", "summary"]),
    ({USER: "userId", ITEM: "movieId", TIME: "timestamp"}, ["rating"]),
    ({USER: "CustomerID", ITEM: "StockCode", TIME: "InvoiceDate"}, ["InvoiceNo", "Quantity", "UnitPrice"]),
    (
        {USER: "user_id", QUERY: "keyword", names.SESSION: "search_session_id", LABEL: "click_cnt", ITEM: "item_id"},
        ["rank"],
    ),
    ({USER: "user_pseudo_id", TIME: "event_timestamp", LABEL: "event_name", names.SURFACE: "traffic_source"}, ["geo"]),
    ({USER: "Kunden-ID", TIME: "Zeitpunkt", QUERY: "Suchbegriff", ITEM: "Artikel"}, ["Preis"]),
    ({USER: "clickstream_user_id", ITEM: "event.product_id"}, ["id"]),
]


@pytest.mark.parametrize(("fields", "others"), LOGS)
def test_columns_of_real_logs_are_found(fields, others):
    columns = [*others, *fields.values()]
    assert {field: named_for(field, columns)[0] for field in fields} == fields


def test_the_likelier_name_comes_first_and_others_are_of_no_field():
    assert named_for(USER, ["device_id", "uid"]) == ["uid", "device_id"]
    assert named_for(TIME, ["created_at", "timestamp"]) == ["timestamp", "created_at"]
    assert named_for(TITLE, ["description", "product_name"]) == ["product_name", "description"]
    assert named_for(CATEGORIES, ["brand", "Category Path"]) == ["Category Path"]
    for field in (USER, TIME, ITEM, QUERY, LABEL):
        assert named_for(field, ["price", "x", "id", "holiday"]) == []
