"""The page of `tandem explore`: asked without a browser, and opened in one."""

import contextlib

import pytest
from starlette.testclient import TestClient

from serving.explore.app import explore_app
from tests.support.explored_shop import explored_at, page_of


@pytest.fixture(scope="module")
def opened(browser):
    """Opens the page of what is explored, in a context manager that yields its address."""

    @contextlib.contextmanager
    def opened(explored, hash_text=""):
        with page_of(explored) as address:
            browser.open("about:blank")
            browser.open(f"{address}/{hash_text}")
            yield address

    return opened


@pytest.fixture(scope="session")
def asked_of():
    """Makes what asks the page's server, without a browser, about what is explored."""
    return lambda explored: TestClient(explore_app(explored), base_url="http://127.0.0.1")


@pytest.fixture(scope="session")
def page_of_log(asked_of):
    """The page's server, of the small shop or of another log. Nobody serves its model."""
    with contextlib.ExitStack() as stack:
        yield lambda **given: asked_of(stack.enter_context(explored_at("127.0.0.1:9", **given)))
