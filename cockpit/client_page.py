"""One client: why it is where it is, what it bought and when, whom to call, what was said and what comes next."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from cockpit.panel import sheet_of
from segmentation.models import ScoringRun


@require_safe
def client_page(request: HttpRequest, pk: int) -> HttpResponse:
    """The page of one client, or Http404 for somebody else's."""
    run = ScoringRun.objects.latest_at()
    return render(request, "cockpit/client_page.html", {"sheet": sheet_of(request.user, run, pk), "run": run})
