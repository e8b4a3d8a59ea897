"""Tells columns of numbers, and of content vectors, from ids, codes, flags, years and times in digits."""

import re
from typing import Final

from components.own_log.guess.column_names import plain
from components.own_log.guess.sampled_columns import Column
from components.raw_files.row import RowError
from components.sources.event_rows import NULL_MARKERS
from components.sources.row_numbers import number_of, vector_of

_QUANTITY_NAMES: Final = """
    price sale_price list_price unit_price current_price original_price base_price price_usd price_eur cost amount fee
    discount margin rating average_rating avg_rating rating_avg mean_rating score review_score popularity votes
    vote_count vote_average views view_count likes like_count reviews review_count rating_count ratings num_reviews
    number_of_reviews followers follower_count fans fans_count friends friend_count sales sold sold_count stock
    quantity weight height width depth length size area volume duration runtime length_seconds duration_seconds
    duration_ms play_count pages page_count num_pages word_count words age income salary spend total_spend orders
    order_count distance calories tempo bpm loudness danceability energy valence preis bewertung alter prix precio 价格
    评分 年龄
"""
_QUANTITIES: Final = frozenset(map(plain, _QUANTITY_NAMES.split()))
_CODE_WORDS: Final = """
    id ids uid uuid guid key code codes no nr num number zip zipcode postal postcode plz cep phone tel telephone fax
    mobile sku asin ean upc gtin isbn issn barcode index idx hash rank year month day date time timestamp ts at
    version
"""
_CODES: Final = frozenset(_CODE_WORDS.split())
"""Words with which the names of ids, codes and moments end."""
_WORD: Final = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[^\W\d_A-Za-z]+")
_YEARS: Final = (1800, 2200)
_MANY: Final = 10
_UNIQUE: Final = 0.95
_LONG: Final = 4
"""Whole numbers of one length are codes if they have at least so many digits."""
_LEAST_LENGTH: Final = 4
_MOST: Final = 0.5


def is_quantity_name(name: str) -> bool:
    """Whether a column with this name holds a quantity, if it holds numbers at all."""
    return plain(name) in _QUANTITIES


def number_reason(column: Column) -> str:
    """Says why a column holds numbers; empty if it does not.

    It holds nothing but numbers, many different ones, and they are no ids, codes, flags, years or times.
    """
    numbers = _numbers(column)
    if len({*numbers.values()}) <= _MANY or _ends_like_a_code(column.name):
        return ""
    wholes = [text for text in numbers if re.fullmatch(r"[+-]?\d+", text)]
    if any(re.fullmatch(r"[+-]?0\d+", text) for text in wholes):
        return ""  # Zip codes and article numbers keep their zeros.
    if len(wholes) == len(numbers) and not is_quantity_name(column.name) and _are_codes(column, numbers):
        return ""
    if column.time is not None and not is_quantity_name(column.name):
        return ""
    least, most = min(numbers.values()), max(numbers.values())
    return f"{column.name!r} holds {len(numbers):,} different numbers, from {least:g} to {most:g}"


def vector_reason(column: Column) -> str:
    """Says why a column holds content vectors; empty if it does not: lists of floats, all of one length."""
    values = [value for value in column.filled if value not in NULL_MARKERS]
    if len(values) < 2 or sum("." in value or "e-" in value for value in values) < _MOST * len(values):
        return ""
    try:
        lengths = {len(vector_of(value, column.name)) for value in values}
    except RowError:
        return ""
    if len(lengths) != 1 or min(lengths) < _LEAST_LENGTH:
        return ""
    return f"{column.name!r} holds lists of {min(lengths):,} numbers"


def _numbers(column: Column) -> dict[str, float]:
    """The number of each different value; none if some value is no number."""
    try:
        return {
            text: number_of(text, column.name, "")
            for text in column.distinct
            if text not in NULL_MARKERS and "_" not in text
        }
    except RowError:
        return {}


def _ends_like_a_code(name: str) -> bool:
    words = _WORD.findall(name)
    return bool(words) and (words[-1].casefold() in _CODES or plain(name) in _CODES)


def _are_codes(column: Column, numbers: dict[str, float]) -> bool:
    """Whether whole numbers may be ids, codes or years: nearly all differ, or all are equally long, or years."""
    if all(_YEARS[0] <= number <= _YEARS[1] for number in numbers.values()):
        return True
    lengths = {len(text) for text in numbers}
    if len(lengths) == 1 and min(lengths) >= _LONG:
        return True
    return len(numbers) > _UNIQUE * len(column.filled)
