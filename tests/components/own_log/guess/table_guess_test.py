import pytest

from components.own_log.guess.sampled_columns import sample
from components.own_log.guess.table_guess import ITEMS, USERS, guess_table
from components.sources.event_rows import ItemColumns, UserColumns
from tests.support.raw_files import write


@pytest.fixture
def guess(tmp_path):
    return lambda kind, text, *further: guess_table(kind, sample(write(tmp_path / "table.csv", text)), *further)


PRODUCTS = "sku,product_name,category,brand,price\np1,red mug,Home|Mugs,Acme,3.5\np2,blue mug,Home|Mugs,Bolt,4.25\n"


def test_columns_of_items_and_users_are_found(guess):
    found = guess(ITEMS, PRODUCTS, {"p1"})
    assert found.columns == {"item": "sku", "title": "product_name", "categories": "category"}
    assert (found.attributes, found.unused) == (("brand",), ["price"])
    assert found.item_columns == ItemColumns("sku", "product_name", "category", ("brand",))
    # Attributes are columns of few values.
    rows = "".join(f"u{n},{('m', 'f')[n % 2]},{n % 3},{1700000000 + n},{n / 7}\n" for n in range(200))
    found = guess(USERS, "uid,gender,level,joined,score\n" + rows, {"u1"})
    assert (found.columns, found.attributes) == ({"user": "uid"}, ("gender", "level"))
    assert found.user_columns == UserColumns("uid", ("gender", "level"), ("score",))
    assert found.reasons == {"numbers": "'score' holds 200 different numbers, from 0 to 28.4286"} and not found.vectors


def test_the_id_is_the_column_whose_values_the_log_has(guess):
    found = guess(ITEMS, "item_id,code,title\n1,p1,red mug\n2,p2,blue mug\n", {"p1", "p2"})
    assert found.columns["item"] == "code"
    assert found.doubts == ["'code' is taken for the item's id, because its values are those of the log"]
    found = guess(ITEMS, PRODUCTS, {"x9"})
    assert found.doubts == ["'sku' is taken for the item's id, but none of its values stands in the log"]


@pytest.mark.parametrize(("path", "sign"), [("Home > Mugs", ">"), ("Home::Mugs", "::"), ("Home; Mugs", ";")])
def test_the_sign_between_categories_becomes_a_setting(path, sign, guess):
    found = guess(ITEMS, PRODUCTS.replace("Home|Mugs", path), {"p1"})
    assert found.separator.strip() == sign
    assert found.item_columns == ItemColumns("sku", "product_name", "category", ("brand",), sign)


def test_what_is_told_goes_before_guesses_and_an_id_that_nothing_tells_is_asked_for(guess):
    found = guess(ITEMS, PRODUCTS, {"p1"}, {"title": "brand", "categories": ""})
    assert found.columns == {"item": "sku", "title": "brand"}
    with pytest.raises(ValueError, match="--column items.name=x: there is no field 'name'. Known: item, title, cat"):
        guess(ITEMS, PRODUCTS, (), {"name": "x"})
    with pytest.raises(ValueError, match="--column items.title=x: there is no such column. Found: sku, product_name"):
        guess(ITEMS, PRODUCTS, (), {"title": "x"})
    (question,) = guess(ITEMS, "x,y\na,b\n", ()).questions
    assert (question.option, question.answers) == ("--column items.item=", ("x", "y"))


def test_numbers_and_vectors_of_a_table_are_found_with_their_reasons(guess):
    header = "sku,title,price,year,zip,is_new,seller_id,brand,stars,views,picture,second\n"
    rows = "".join(
        f"{1000 + n},mug {n},{n}.5,{1990 + n % 30},{10_000 + 7 * n},{n % 2},{n % 40},{n % 20_000},{n % 5},{n % 90},"
        f"0.{n} 1 2 3,1 1 1 0.{n}\n"
        for n in range(1, 101)
    )
    found = guess(ITEMS, header + rows, {"1001"})
    assert found.item_columns == ItemColumns(
        "sku", "title", "categories", ("year", "seller_id", "brand", "stars"), "|", ("price", "views"), "picture"
    )
    assert found.reasons == {
        "numbers": "'price' holds 100 different numbers, from 1.5 to 100.5; "
        "'views' holds 90 different numbers, from 0 to 89",
        "vectors": "'picture' holds lists of 4 numbers",
    }
    assert found.doubts == ["'picture' is taken for the content vectors, not 'second'"]
    assert found.unused == ["zip", "is_new", "second"]


def test_an_age_is_a_number_and_users_have_no_vectors(guess):
    rows = "".join(f"u{n},{20 + n % 50},{n % 60},{n % 7},0.1 0.2 0.3 0.{n}\n" for n in range(100))
    found = guess(USERS, "uid,age,visits,level,taste\n" + rows, {"u1"})
    # Few values of an unknown name are an attribute, as before.
    assert (found.attributes, found.numbers, found.unused) == (("visits", "level"), ("age",), ["taste"])


def test_columns_named_for_other_fields_are_no_numbers(guess):
    rows = "".join(f"i{n},{n % 3000},{n % 3001}\n" for n in range(9000))
    found = guess(ITEMS, "sku,genre,customer\n" + rows, {"i1"}, {"categories": ""})
    assert (found.numbers, found.unused) == ((), ["genre", "customer"])
