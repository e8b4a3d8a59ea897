"""The web server of `tandem explore`: the page's files, and a JSON API that asks the log and the served models."""

from pathlib import Path

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.base import BaseHTTPMiddleware, RequestResponseEndpoint
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from serving.explore.explored import Explored
from serving.explore.host_check import HostCheck
from serving.explore.log_answers import LogAnswers
from serving.explore.model_answers import ModelAnswers

PAGE = Path(__file__).parent / "page"
_HEADERS = {
    # The page may load only its own files, and markup may carry no code.
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


def explore_app(explored: Explored, host: str = "127.0.0.1") -> Starlette:
    """Makes the application.

    Args:
        explored: What the page is about.
        host: The name or address that the server listens on.
    """
    of_log, of_models = LogAnswers(explored), ModelAnswers(explored)
    routes = [
        Route("/", lambda _: FileResponse(PAGE / "index.html")),
        Route("/api/start", of_log.start),
        Route("/api/users", of_log.users),
        Route("/api/queries", of_log.queries),
        Route("/api/items", of_log.items),
        Route("/api/categories", of_log.categories),
        Route("/api/item", of_log.item),
        Route("/api/history", of_log.history),
        Route("/api/models", of_models.models),
        Route("/api/best", of_models.best, methods=["POST"]),
        Route("/api/words", of_models.words, methods=["POST"]),
        Route("/api/influence", of_models.influence, methods=["POST"]),
        Route("/api/similar", of_models.similar, methods=["POST"]),
        Route("/api/sessions", of_models.sessions, methods=["POST"]),
        Mount("/page", StaticFiles(directory=PAGE)),
    ]
    middleware = [Middleware(HostCheck, host=host), Middleware(BaseHTTPMiddleware, dispatch=_with_headers)]
    return Starlette(routes=routes, middleware=middleware)


async def _with_headers(request: Request, call_next: RequestResponseEndpoint) -> Response:
    response = await call_next(request)
    response.headers.update(_HEADERS)
    return response
