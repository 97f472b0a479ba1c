"""Pages of words: how the scores work, what each word means, the keys, and how accessible the site is."""

from django.contrib.auth.decorators import login_not_required
from django.shortcuts import render
from django.views.decorators.http import require_safe

from segmentation.models import Rules, Segment


@require_safe
def help_page(request):
    """How it works, with the thresholds of the rules in force."""
    rules = Rules.objects.filter(status=Rules.Status.PUBLISHED).first()
    return render(request, "cockpit/help.html", {"rules": rules, "segments": Segment.objects.all()})


@login_not_required
@require_safe
def accessibility(request):
    return render(request, "cockpit/accessibility.html")
