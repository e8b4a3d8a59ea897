"""Takes pictures of the page of `tandem explore`, for the documentation and for tests.

tandem serve
tandem explore
python -m tests.support.page_pictures http://127.0.0.1:8600 docs/images/explore.png --row 6
"""

import argparse
import tempfile
from pathlib import Path

from tests.support.browser import Browser, headless_chromium

WIDE, PHONE = (1280, 1000), (390, 844)


def show(browser: Browser, address: str, size: tuple[int, int], is_dark: bool = False) -> None:
    """Opens the page on a device of that size, and waits until its lists are there."""
    browser.become(*size, is_dark=is_dark, is_phone=size == PHONE)
    browser.open("about:blank")
    browser.open(address)
    browser.wait_for(
        lambda: browser.texts("#recommendation .row") and browser.texts("#search-results .row"), "two lists"
    )


def open_row(browser: Browser, selector: str) -> None:
    """Opens a row, and waits until it shows the weights."""
    browser.click(f"{selector} .item")
    browser.wait_for(lambda: browser.texts(".detail .weights li") and browser.texts(".detail dd"), "what weighed")


def main() -> None:
    """Takes a picture of a running page."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("address", help="of the page, such as http://127.0.0.1:8600")
    parser.add_argument("picture", type=Path, help="the PNG file to write")
    parser.add_argument("--row", type=int, default=1, help="which search result to open (%(default)s)")
    parser.add_argument("--height", type=int, default=1240, help="in pixels; the width is 1280 (%(default)s)")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, headless_chromium(Path(folder), "--hide-scrollbars") as browser:
        show(browser, args.address, (WIDE[0], args.height))
        open_row(browser, f"#search-results .row:nth-child({args.row})")
        browser.run("document.activeElement.blur(); scrollTo(0, 0)")
        args.picture.parent.mkdir(parents=True, exist_ok=True)
        browser.screenshot(args.picture)


if __name__ == "__main__":
    main()
