"""Pages that say what went wrong: the problem, the cause, the way out, and the mark to look for in the log."""

import logging
from uuid import uuid4

from django.http import HttpResponseServerError
from django.shortcuts import render
from django.template.loader import render_to_string

logger = logging.getLogger(__name__)


def mark_of(request):
    """The id under which the log knows this request; a new one, logged, when the frame gave it none."""
    mark = getattr(request, "id", None)
    if mark is None:
        mark = request.id = uuid4().hex[:12]
        logger.warning("error page shown, mark %s", mark)
    return mark


def bad_request(request, exception):
    return render(request, "400.html", {"mark": mark_of(request)}, status=400)


def forbidden(request, exception):
    return render(request, "403.html", {"mark": mark_of(request)}, status=403)


def not_found(request, exception):
    return render(request, "404.html", {"mark": mark_of(request)}, status=404)


def csrf_failed(request, reason=""):
    return render(request, "403_csrf.html", {"mark": mark_of(request)}, status=403)


def server_error(request):
    """Drawn without the database nor the session: they may be what failed."""
    return HttpResponseServerError(render_to_string("500.html", {"mark": mark_of(request)}))
