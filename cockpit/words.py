"""Pages of words: how the scores work, what each word means, the keys, and how accessible the site is."""

from django.contrib.auth.decorators import login_not_required
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from segmentation.models import Rules, Segment


@require_safe
def help_page(request):
    """How it works, with the thresholds of the rules in force."""
    rules = Rules.objects.filter(status=Rules.Status.PUBLISHED).first()
    return render(request, "cockpit/help.html", {"rules": rules, "segments": Segment.objects.all()})


@require_safe
def glossary(request):
    """The words alone, at an address of their own."""
    return render(request, "cockpit/help/page.html", {"title": _("Glossaire"), "part": "cockpit/help/_glossary.html"})


@require_safe
def shortcuts(request):
    """The keys alone, at an address of their own."""
    title = _("Raccourcis clavier")
    return render(request, "cockpit/help/page.html", {"title": title, "part": "cockpit/help/_shortcuts.html"})


@login_not_required
@require_safe
def accessibility(request):
    return render(request, "cockpit/accessibility.html")
