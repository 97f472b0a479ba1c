"""The two addresses that machines ask, is the process there, can it answer people; and the administrators' page."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.access import required
from accounts.roles import Right
from config.health import findings, readiness


@login_not_required
@require_safe
@never_cache
def healthz(request):
    """200 as long as the process answers, whatever the state of database and broker."""
    return HttpResponse("ok\n", content_type="text/plain")


@login_not_required
@require_safe
@never_cache
def readyz(request):
    """200 when database, migrations and broker are well, 503 otherwise, naming which are not."""
    found = readiness()
    return JsonResponse(found, status=200 if all(found.values()) else 503)


@required(Right.USE_ADMIN)
@require_safe
@never_cache
def health_page(request):
    """Everything that can be unwell, what was found, and what to do: what the `health` command says."""
    found = findings()
    return render(request, "config/health.html", {"findings": found, "well": all(one.is_well for one in found)})
