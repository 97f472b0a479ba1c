"""The two addresses that machines ask: is the process there, can it answer people."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from config.health import readiness


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
