"""A small shop: an event log, items and a configuration for the command line."""

import pytest


@pytest.fixture
def shop(tmp_path):
    """The path of a configuration named `shop`, whose runs go to a folder of the test's own."""
    (tmp_path / "events.csv").write_text(
        "user_id,timestamp_ms,surface,query,session_id,item_id\n"
        "7,1,recommendation,,,b\n"
        "7,2,search,red,s1,c\n"
        "7,3,recommendation,,,a\n"
        "7,4,search,a,s2,d\n"
        "8,1,recommendation,,,a\n"
    )
    (tmp_path / "items.csv").write_text("item_id,title\na,ANT\nb,BEE\nc,CAT\nd,DOG\ne,EMU\n")
    config = tmp_path / "shop.yaml"
    config.write_text(
        f"name: shop\nroot: {tmp_path}/run\ndata:\n  events: {tmp_path}/events.csv\n  items: {tmp_path}/items.csv\n"
    )
    return config
