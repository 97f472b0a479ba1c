"""The rules in force in words, their versions, and the draft that somebody works on."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import required
from accounts.models import Firm
from accounts.roles import Right
from clients.bells import ring
from cockpit.classes import pages_for
from cockpit.method.forms import MethodForm, PublishForm, SeenForm
from cockpit.method.result import Result, unreachable_words
from segmentation import drafting, previews, tasks
from segmentation.models import Preview, Rules, ScoringRun, Unscored
from segmentation.versions import differences, grading_told, told


@require_safe
def method(request: HttpRequest) -> HttpResponse:
    """ "Comment c'est calculé": the rules in force in words, who is left out, the versions and the draft."""
    rules = Rules.objects.published().select_related("author").get()
    run = ScoringRun.objects.latest_at()
    context = {
        "rules": rules,
        "sections": _sections(rules),
        "grid": _grid(rules),
        "run": run,
        "excluded": Unscored.objects.of(run).excluded().visible_to(request.user).count() if run else 0,
        "versions": Rules.objects.versions().select_related("author"),
        "draft": Rules.objects.drafts().select_related("author").first(),
        "may_manage": request.user.may(Right.MANAGE_RULES),
        "pages": pages_for(request),
    }
    return render(request, "cockpit/method/method.html", context)


@require_safe
def version(request: HttpRequest, number: int) -> HttpResponse:
    """One version in words, and what it changed."""
    rules = get_object_or_404(Rules.objects.versions().select_related("author"), version=number)
    former = Rules.objects.versions().filter(version__lt=number).first()
    context = {
        "rules": rules,
        "sections": _sections(rules),
        "grid": _grid(rules),
        "former": former,
        "differences": differences(former, rules) if former else [],
    }
    return render(request, "cockpit/method/version.html", context)


@require_safe
def compare(request: HttpRequest) -> HttpResponse:
    """Any two versions side by side; the last two when nothing is asked."""
    versions = list(Rules.objects.versions())
    numbers = [rules.version for rules in versions]
    newest, former = versions[0], versions[1] if len(versions) > 1 else versions[0]
    before = _asked(versions, request.GET.get("de"), former)
    after = _asked(versions, request.GET.get("a"), newest)
    context = {"versions": numbers, "before": before, "after": after, "differences": differences(before, after)}
    return render(request, "cockpit/method/compare.html", context)


@required(Right.MANAGE_RULES)
@require_http_methods(["GET", "HEAD", "POST"])
def draft(request: HttpRequest) -> HttpResponse:
    """The draft as a form. GET begins nothing: the form shows the rules in force until somebody saves."""
    rules = draft_or_published()
    form = MethodForm(request.POST or None, rules=rules)
    if request.method == "POST" and form.is_valid():
        try:
            rules = drafting.change(seen=form.seen, values=form.values, grid=form.grid, by=request.user)
        except drafting.Refused as error:
            messages.error(request, str(error))
            return _again(request)
        return _saved(request, rules)
    return _form_page(request, rules, form)


@required(Right.MANAGE_RULES)
@require_POST
def publish(request: HttpRequest) -> HttpResponse:
    """The draft in force; everybody is scored again once it is committed. A second click is refused in words."""
    form = PublishForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Écrivez pourquoi ce changement avant de publier : l’historique le garde."))
        return redirect("cockpit:draft")
    try:
        rules = drafting.publish(seen=form.seen, reason=form.cleaned_data["reason"], by=request.user)
    except drafting.Refused as error:
        messages.error(request, str(error))
        return redirect("cockpit:draft")
    ring(tasks.score_new_imports.name)
    messages.success(
        request,
        _("Les règles v%(version)s sont publiées. Tous les clients sont notés à nouveau, d’ici une minute.")
        % {"version": rules.version},
    )
    return redirect("cockpit:method")


@required(Right.MANAGE_RULES)
@require_POST
def abandon(request: HttpRequest) -> HttpResponse:
    """The draft is forgotten; the rules in force stay as they are."""
    form = SeenForm(request.POST)
    if not form.is_valid():
        raise Http404
    try:
        drafting.abandon(seen=form.seen, by=request.user)
    except drafting.Refused as error:
        messages.error(request, str(error))
        return redirect("cockpit:draft")
    messages.success(request, _("Le brouillon est abandonné : les règles en vigueur n’ont pas changé."))
    return redirect("cockpit:method")


def _sections(rules: Rules) -> list:
    """Every setting in words; those of the grade where the firm shows it."""
    return [*told(rules), *([grading_told(rules)] if Firm.current().shows(Firm.Part.RELATION) else [])]


def draft_or_published() -> Rules:
    return Rules.objects.drafts().first() or Rules.objects.published().get()


def _form_page(request: HttpRequest, rules: Rules, form: MethodForm) -> HttpResponse:
    """The whole form, or for htmx what is said beside it."""
    is_draft = rules.status == Rules.Status.DRAFT
    preview = Preview.objects.filter(rules=rules, revision=rules.revision).first() if is_draft else None
    context = {
        "rules": rules,
        "form": form,
        "is_draft": is_draft,
        "exclusions": rules.exclusions.select_related("client").order_by("client__sort_name"),
        "preview": preview,
        "result": Result(preview, request.user) if preview else None,
        "shows_grades": Firm.current().shows(Firm.Part.RELATION),
        "warnings": unreachable_words(drafting.grid_of(rules).values()),
    }
    template = "cockpit/method/_beside.html" if request.htmx else "cockpit/method/draft.html"
    return render(request, template, context, status=422 if form.errors and not request.htmx else 200)


def _saved(request: HttpRequest, rules: Rules) -> HttpResponse:
    """What follows a draft just saved: its preview, when it was asked for."""
    if rules.status != Rules.Status.DRAFT or "preview" not in (request.POST.get("do"), request.POST.get("apercu")):
        messages.success(request, _("Le brouillon est enregistré. Rien ne change avant qu’il soit publié."))
        return redirect("cockpit:draft")
    try:
        preview = previews.ask(seen=drafting.Seen.of(rules), by=request.user)
    except drafting.Refused as error:
        messages.error(request, str(error))
        return _again(request)
    call(preview)
    if request.htmx:
        return _form_page(request, rules, MethodForm(rules=rules))
    return redirect("cockpit:preview", pk=preview.pk)


def call(preview: Preview) -> None:
    """Call a worker for a preview that waits."""
    if preview.status == Preview.Status.QUEUED:
        ring(tasks.try_drafts.name)


def _again(request: HttpRequest) -> HttpResponse:
    """The page of the draft as it is by now; htmx loads the whole of it."""
    if not request.htmx:
        return redirect("cockpit:draft")
    response = HttpResponse(status=204)
    response["HX-Refresh"] = "true"
    return response


def _asked(versions: list[Rules], number: str | None, otherwise: Rules) -> Rules:
    return next((rules for rules in versions if str(rules.version) == number), otherwise)


def _grid(rules: Rules) -> list[tuple[int, list[str]]]:
    """The grid from R 5 down, each row from FM 1 to 5."""
    cells = drafting.grid_of(rules)
    return [(r, [cells[r, fm] for fm in range(1, 6)]) for r in range(5, 0, -1)]
