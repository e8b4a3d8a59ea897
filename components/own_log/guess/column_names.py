"""The names that real logs use for the column of each field."""

from collections.abc import Mapping, Sequence
from typing import Final

USER: Final = "user"
TIME: Final = "time"
SURFACE: Final = "surface"
QUERY: Final = "query"
SESSION: Final = "session"
ITEM: Final = "item"
LABEL: Final = "label"
TITLE: Final = "title"
CATEGORIES: Final = "categories"

_NAMES: Final[Mapping[str, str]] = {
    USER: """
        user_id uid user customer_id customer cust_id customer_no visitor_id visitor account_id account member_id member
        profile_id reviewer_id person_id client_id buyer_id shopper_id subscriber_id reader_id viewer_id traveler_id
        traveller_id guest_id player_id patron_id user_pseudo_id anonymous_id device_id cookie_id user_name username
        kunde kunden_id benutzer utilisateur usuario cliente 用户id 用户 客户
        """,
    TIME: """
        timestamp_ms timestamp ts event_timestamp event_time event_datetime time datetime date_time unix_timestamp
        unix_time unix_review_time epoch epoch_ms time_ms server_time request_time click_time action_time occurred_at
        created_at created event_date invoice_date order_date purchase_date visit_time log_time local_time when date day
        zeit zeitpunkt fecha 时间 时间戳
        """,
    ITEM: """
        item_id item product_id product sku sku_id asin video_id video movie_id track_id song_id article_id news_id
        doc_id document_id content_id post_id listing_id hotel_id property_id photo_id goods_id wid stock_code isbn
        book_id game_id app_id offer_id course_id job_id recipe_id restaurant_id business_id poi_id destination_id
        clicked_item clicked_item_id clicked_id entity_id object_id item_no product_code ad_id show_id artikel producto
        商品id 商品 物品id
        """,
    QUERY: """
        query search_query search_term search_terms search_phrase search_text search_string search_keyword query_text
        raw_query user_query keyword keywords q term terms phrase search suchbegriff suchanfrage requete busqueda
        查询 搜索词 关键词
        """,
    SESSION: """
        session_id session search_session_id search_id query_id request_id visit_id session_key sid session_no
        """,
    LABEL: """
        label clicked click is_click is_clicked event event_type event_name action action_type interaction
        interaction_type behavior behaviour behavior_type behaviour_type type click_cnt clicks engaged engagement
        response feedback target conversion converted purchased liked is_relevant watched 行为 行为类型
        """,
    SURFACE: """
        surface channel page page_type source placement module scene scenario origin area entry_point entrypoint section
        location feature widget tab referrer traffic_source context kind 场景 来源
        """,
    TITLE: """
        title item_title product_title title_text name item_name product_name product_title movie_title video_title
        caption headline subject description item_description product_description 标题 名称
        """,
    CATEGORIES: """
        categories category category_path category_name product_category item_category genres genre cat taxonomy
        breadcrumb breadcrumbs topics topic section department category_code category_id product_type type 类目 分类
        """,
}


def plain(name: str) -> str:
    """A name without case, spaces and the signs between its words."""
    return "".join(each for each in name.casefold() if each.isalnum())


_RANKS: Final = {
    field: {plain(name): rank for rank, name in reversed(list(enumerate(names.split())))}
    for field, names in _NAMES.items()
}


def named_for(field: str, columns: Sequence[str]) -> list[str]:
    """The columns whose names say that they hold a field, the most likely first.

    Names that only end with a known name, such as `clickstream_user_id`, come after known names.
    """
    ranks = _RANKS[field]
    found = []
    for column in columns:
        name = plain(column.rsplit(".", 1)[-1])
        if name in ranks:
            found.append((ranks[name], column))
            continue
        ends = [len(ranks) + rank for known, rank in ranks.items() if len(known) > _SHORT and name.endswith(known)]
        if ends:
            found.append((min(ends), column))
    return [column for _, column in sorted(found, key=lambda each: each[0])]


_SHORT: Final = 4
"""Names of at most so many letters are no endings, because too many other names end with them: `id`, `day`."""
