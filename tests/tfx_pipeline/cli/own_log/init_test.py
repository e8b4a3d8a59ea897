import os
import pty
import re
import subprocess

import pytest

from components.raw_files.file_format import FileFormat
from tests.support.own_process import TANDEM
from tests.support.raw_files import write
from tfx_pipeline.cli.own_log import init
from tfx_pipeline.config.pipeline_config import load_config


def clicks(delimiter=",", time=1_700_000_000, kinds=("click", "buy"), header="uid,ts,sku,q,event"):
    """30 users who act 12 times each, on 41 items; every second time they search."""
    rows = [header.split(",")]
    for user in range(30):
        for place in range(12):
            query = "red mug" if place % 2 else ""
            rows.append([f"u{user}", str(time + place), f"i{(user + place) % 60}", query, kinds[place % len(kinds)]])
    return "".join(delimiter.join(row) + "\n" for row in rows)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write(tmp_path / "log.csv", clicks())
    write(tmp_path / "products.csv", "sku,title,category\n" + "".join(f"i{n},red mug,Home|Mugs\n" for n in range(60)))
    return tmp_path


def test_a_log_becomes_a_configuration_that_check_takes(folder, tandem):
    printed = tandem("init", "log.csv", "--items", "products.csv", "--column", "label=").out
    assert "log.csv: CSV. The first rows, as they are understood:" in printed
    assert "  time     ts, seconds since 1970\n" in printed
    assert "  title      title, such as 'red mug'\n" in printed
    assert "Written: my.yaml. Next:\n  tandem check my.yaml\n  tandem run --config my.yaml\n" in printed
    config = load_config("my.yaml")
    assert config.data.columns.time_unit == "s" and config.data.columns.user_id == "uid"
    # Users engaged with the items 0 to 40, each with 12 of them.
    assert config.data.evaluation_negatives == 41 - 12
    assert "180 recommendation, 180 search" in tandem("check", "my.yaml").out


def test_where_users_get_the_same_items_again_the_history_offers_negatives_and_candidates(folder, tandem):
    """Each user's 12 events come three times, at other times."""
    log = clicks() + "".join(clicks(time=1_700_000_000 + 100 * more).partition("\n")[2] for more in (1, 2))
    write(folder / "log.csv", log)
    tandem("init", "log.csv", "--column", "label=")
    config = load_config("my.yaml")
    assert (config.data.history_negatives, config.retriever.sources.history) == (0.5, 30)
    assert "  # 67% of engagements are with an item that the user had before" in (folder / "my.yaml").read_text()


def test_what_follows_from_a_part_of_the_log_alone_is_told(folder, tandem, monkeypatch):
    """Users act on the same twelve days, and the log is ordered by user: to the first of them every item is new."""
    rows = (f"u{u},{1_700_000_000 + 86_400 * day},i{u + day}\n" for u in range(40) for day in range(12))
    write(folder / "log.csv", "uid,ts,sku\n" + "".join(rows))
    write(folder / "products.csv", "sku,title\n" + "".join(f"i{n},red mug\n" for n in range(51)))
    assert "\nEvents: 480 recommendation, " in tandem("init", "log.csv", "--items", "products.csv").out
    assert load_config("my.yaml").unisar.id_dropout == 0.0
    monkeypatch.setattr(init, "_COUNTED_ROWS", 12)
    printed = tandem("init", "log.csv", "--items", "products.csv", "--output", "part.yaml").out
    assert "\nEvents in the first 12 rows: 12 recommendation, of 1 users and 12 items, " in printed
    assert load_config("part.yaml").unisar.id_dropout == 0.9


def test_where_items_are_new_their_ids_are_left_out_in_training(folder, tandem):
    """A day later other users act as often, and half of it, each search, is with an item that nobody had."""
    later = re.sub(r"(?m)^u", "v", clicks(time=1_700_086_400).partition("\n")[2])
    write(folder / "log.csv", clicks() + re.sub(r",i(\d+),red mug", r",j\1,red mug", later))
    rows = "".join(f"{letter}{n},red mug,Home|Mugs\n" for letter in "ij" for n in range(60))
    write(folder / "products.csv", "sku,title,category\n" + rows)
    tandem("init", "log.csv", "--items", "products.csv", "--column", "label=")
    config = load_config("my.yaml")
    assert (config.unisar.id_dropout, config.unifiedssr.id_dropout) == (0.5, 0.5)
    assert "360 recommendation, 360 search" in tandem("check", "my.yaml").out


def test_what_is_there_is_not_replaced_unless_forced(folder, tandem):
    write(folder / "my.yaml", "name: precious\n")
    error = tandem("init", "log.csv", code=2).err
    assert "my.yaml: is there already. Name another by --output, or replace it by --force." in error
    assert (folder / "my.yaml").read_text() == "name: precious\n"
    tandem("init", "log.csv", "--force")
    assert load_config("my.yaml").name == "my"


def test_a_log_whose_times_are_not_read_is_converted_only_when_asked_for(folder, tandem):
    rows = clicks(";", kinds=("click", "impression")).splitlines()
    times = {str(1_700_000_000 + place): f"14.11.2023 22:13:{20 + place}" for place in range(12)}
    dated = [";".join(times.get(value, value) for value in row.split(";")) for row in rows]
    write(folder / "log.csv", "\n".join(dated) + "\n")
    told = tandem("init", "log.csv", code=1).err
    assert "log.csv cannot be read by a run as it is:\n  'ts' holds dates written as %d.%m.%Y %H:%M:%S; a run" in told
    assert "add --convert FOLDER, and a copy that a run reads is written into it. Nothing is written yet.\n" in told
    assert not (folder / "my.yaml").exists()

    assert "log.csv: 360 rows written to new/events.tsv.gz." in tandem("init", "log.csv", "--convert", "new").out
    assert load_config("my.yaml").data.events == "new/events.tsv.gz"
    assert "180 engagements, 180 only shown" in tandem("check", "my.yaml").out

    error = tandem("init", "log.csv", "--convert", "new", "--output", "other.yaml", code=2).err
    assert "new/events.tsv.gz: is there already." in error


def test_the_logs_own_words_and_signs_become_settings(folder, tandem):
    kinds = ("click", "impression", "buy", "refund")
    write(folder / "log.csv", clicks(header="uid,ts,sku,q,event", kinds=kinds))
    write(folder / "products.csv", "sku,title,category\n" + "".join(f"i{n},red mug,Home > Mugs\n" for n in range(60)))
    printed = tandem("init", "log.csv", "--items", "products.csv").out
    data = load_config("my.yaml").data
    assert data.events == "log.csv" and data.items == "products.csv"
    assert data.columns.label_values == {"buy": 1, "click": 1, "impression": 0}
    assert data.item_columns.category_separator == ">"
    assert "90 of 360 event rows are left out as data.columns says: left out: event 'refund' (90)" in printed
    assert "180 engagements, 90 only shown" in tandem("check", "my.yaml").out
    # A surface that the query does not tell.
    rows = clicks(kinds=("home", "srp", "srp")).replace(",event", ",page")
    write(folder / "log.csv", rows)
    tandem("init", "log.csv", "--column", "label=", "--force")
    assert load_config("my.yaml").data.columns.surface_values == {"recommendation": ("home",), "search": ("srp",)}
    assert "120 recommendation, 240 search" in tandem("check", "my.yaml").out


def test_numbers_vectors_and_a_weight_go_into_the_configuration(folder, tandem):
    header = "sku,title,price,vec\n"
    rows = "".join(f"i{n},red mug,{n}.99,[0.{n + 1}; 0; 1; 2]\n" for n in range(60))
    write(folder / "products.csv", header + rows)
    write(folder / "people.csv", "uid,age\n" + "".join(f"u{n},{20 + n}\n" for n in range(30)))
    printed = tandem("init", "log.csv", "--items", "products.csv", "--users", "people.csv").out
    assert "  numbers    'price' holds 60 different numbers, from 0.99 to 59.99\n" in printed
    assert "  vectors    'vec' holds lists of 4 numbers\n" in printed
    written = (folder / "my.yaml").read_text()
    assert "    # 'vec' holds lists of 4 numbers.\n    vectors: vec\n" in written
    assert "    # weight: event\n    # weight_values: {buy: 5, click: 1}\n" in written
    data = load_config("my.yaml").data
    assert (data.item_columns.numbers, data.item_columns.vectors, data.columns.weight) == (("price",), "vec", "")
    assert data.users == "people.csv" and data.user_columns.numbers == ("age",)
    assert "180 recommendation, 180 search" in tandem("check", "my.yaml").out


def test_counts_become_a_threshold(folder, tandem):
    write(folder / "log.csv", clicks(kinds=("0", "1", "2", "0")).replace(",event", ",clicks"))
    tandem("init", "log.csv")
    data = load_config("my.yaml").data
    assert (data.label_threshold, data.columns.label, data.columns.label_values) == (1.0, "clicks", {})
    assert "180 engagements, 180 only shown" in tandem("check", "my.yaml").out


def test_the_form_of_the_files_goes_into_the_configuration(folder, tandem):
    write(folder / "log.csv", clicks(";", 1_700_000_000_000_000).encode("utf-16"))
    write(folder / "products.csv", "i1|rötliche Tasse|Home\ni2|Tasse|Home\n".encode("latin-1"))
    tandem("init", "log.csv", "--items", "products.csv", "--column", "label=")
    data = load_config("my.yaml").data
    assert data.form == FileFormat(delimiter="semicolon")
    assert data.columns.time_unit == "us"
    assert data.item_files == FileFormat(delimiter="pipe", encoding="latin-1", header=False)
    # That the table lacks nearly all items is an error of its own.
    assert "180 recommendation, 180 search" in tandem("check", "my.yaml", code=1).out


def test_what_cannot_be_decided_names_the_option(folder, tandem):
    write(folder / "log.csv", clicks(header="who,ts,what,q,event", kinds=("click", "zap")))
    told = tandem("init", "log.csv", code=2).err
    assert "Which column says who the user is? There are who (such as 'u0')" in told
    assert "Decide by --column item=" in told
    columns = ("--column", "user=who", "--column", "item=what")
    told = tandem("init", "log.csv", *columns, code=2).err
    assert "What is 'zap' in 'event': 1 an engagement, 0 only shown, or drop, neither?" in told
    tandem("init", "log.csv", *columns, "--value", "label:zap=1")


def test_a_folder_with_a_space_and_brackets_and_ids_of_any_script(folder, tandem):
    (folder / "a b [1]").mkdir()
    write(folder / "a b [1]" / "log.csv", clicks().replace(",i", ",商品").replace("red mug", "लाल कप"))
    printed = tandem("init", "a b [1]/log.csv", "--output", "a b [1]/मेरा.yaml").out
    assert "tandem check 'a b [1]/मेरा.yaml'" in printed
    assert "180 recommendation, 180 search" in tandem("check", "a b [1]/मेरा.yaml").out


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ([], "there is no log. Give its file: tandem init LOG_FILE."),
        (["nothing.csv"], "LOG_FILE nothing.csv: there is no such file in "),
        (["log.csv", "--items", "nothing.csv"], "--items nothing.csv: there is no such file in "),
        (["log.csv", "--column", "uid"], "--column uid: wanted FIELD=COLUMN."),
        (["log.csv", "--column", "usr=uid"], "--column usr=uid: there is no field 'usr'."),
        (["log.csv", "--value", "zap=1"], "--value zap=1: wanted surface:VALUE=… or label:VALUE=…."),
        (["log.csv", "--time", "minutes"], "'minutes' is no way of telling the time"),
    ],
)
def test_wrong_arguments_are_told(arguments, told, folder, tandem):
    assert told in tandem("init", *arguments, code=2).err


def test_on_a_terminal_it_asks(folder):
    dated = clicks(";", header="who,ts,what,q,event", kinds=("click", "impression")).replace(
        ";17000000", ";23.11.2023 00:"
    )
    write(folder / "log.csv", dated)
    controller, terminal = pty.openpty()
    said = b""
    with subprocess.Popen([*TANDEM, "init"], stdin=terminal, stdout=terminal, stderr=terminal) as process:
        os.close(terminal)
        # The log, the user by its number, the item by its name, and the folder as it is offered.
        os.write(controller, b"log.csv\n1\nwhat\n\n")
        try:
            while block := os.read(controller, 65536):
                said += block
        except OSError:  # The other end was closed.
            pass
    os.close(controller)
    assert process.returncode == 0, said.decode()
    assert "Where is the log, one event a row?" in said.decode()
    assert "Write a converted copy into which folder? [converted]" in said.decode()
    assert load_config("my.yaml").data.events == "converted/events.tsv.gz"
