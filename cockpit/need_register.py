"""The register of needs, and one need: its words, who heard it, who has it, what answers it, the rule that finds it."""

from dataclasses import dataclass

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Count
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import required
from accounts.roles import Right
from cockpit.calls import told
from cockpit.links import Links
from cockpit.need_forms import HeardForm, NeedForm, RuleForm, in_words, rule_initial
from cockpit.scope import PARAMETER, Scope, scope_of
from cockpit.selection import Selection
from cockpit.tables import ClientTable
from segmentation import need_rules, needs
from segmentation.models import ClientNeed, ClientNeedQuerySet, Need, NeedEvidence, NeedRule, ScoringRun
from segmentation.need_figures import NeedTally, tallies

MOST_EVIDENCE = 20
KEPT = ("q", "segment", "palier", "page", "per_page", "tri", PARAMETER)  # what the page of a need lets one ask


@dataclass(frozen=True)
class RegisterRow:
    """A need of the register and what it amounts to in one portfolio."""

    need: Need
    tally: NeedTally
    evidence: int
    has_rule: bool


@require_safe
def need_list(request: HttpRequest) -> HttpResponse:
    """The register: every need that is followed, then those that are archived."""
    run, scope = ScoringRun.objects.latest_at(), scope_of(request.user, request.GET.get(PARAMETER))
    rows = register_rows(scope, run)
    context = {
        "run": run,
        "scope": scope,
        "links": Links(scope),
        "rows": [row for row in rows if row.need.is_active],
        "archived": [row for row in rows if not row.need.is_active],
        "may_manage": request.user.may(Right.MANAGE_NEEDS),
    }
    return render(request, "cockpit/needs/list.html", context)


def held_in(scope: Scope) -> ClientNeedQuerySet:
    """The needs of the clients of this portfolio."""
    held = ClientNeed.objects.standing().visible_to(scope.user)
    return held if scope.owner_id is None else held.filter(client__owner=scope.owner_id)


def register_rows(scope: Scope, run: ScoringRun | None) -> list[RegisterRow]:
    """Each need with its figures, in a number of queries that does not depend on them."""
    figures = tallies(held_in(scope), run)
    heard = NeedEvidence.objects.visible_to(scope.user).order_by().values("need").annotate(n=Count("pk"))
    counts = {row["need"]: row["n"] for row in heard}
    ruled = set(NeedRule.objects.values_list("need", flat=True))
    return [
        RegisterRow(need, figures.get(need.pk, NeedTally()), counts.get(need.pk, 0), need.pk in ruled)
        for need in Need.objects.prefetch_related("services")
    ]


@require_safe
def need_page(request: HttpRequest, pk: int) -> HttpResponse:
    """One need, and a page of the clients who have it."""
    need = get_object_or_404(Need.objects.prefetch_related("services"), pk=pk)
    run = ScoringRun.objects.latest_at()
    selection = Selection(request.user, _asked(request.GET, need), run)
    evidence = NeedEvidence.objects.visible_to(request.user).filter(need=need).select_related("client", "heard_by")
    context = {
        "need": need,
        "run": run,
        "selection": selection,
        "links": Links(selection.scope),
        "tally": tallies(held_in(selection.scope).filter(need=need), run).get(need.pk, NeedTally()),
        "table": ClientTable(selection.listing, selection.params, selection.columns),
        "evidence": evidence[:MOST_EVIDENCE],
        "evidence_count": evidence.count(),
        "form": HeardForm(user=request.user),
        **_rule_of(need),
        "may_manage": request.user.may(Right.MANAGE_NEEDS),
        "may_note": needs.may_note(request.user),
    }
    return render(request, "cockpit/needs/need.html", context)


def _rule_of(need: Need) -> dict:
    """The rule of a need, and the activities it looks for in words."""
    rule = NeedRule.objects.filter(need=need).prefetch_related("services").first()
    return {"rule": rule, "activities": [in_words(prefix) for prefix in rule.naf_prefixes] if rule else []}


def _asked(params: QueryDict, need: Need) -> QueryDict:
    """The filters of the page, and this need."""
    asked = QueryDict(mutable=True)
    for name in KEPT:
        asked.setlist(name, params.getlist(name))
    asked["besoin"] = need.slug
    return asked


@require_http_methods(["GET", "HEAD", "POST"])
@required(Right.MANAGE_NEEDS)
def edit_need(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    """The form of a new need, or of one that there is."""
    known = get_object_or_404(Need, pk=pk) if pk else None
    form = NeedForm(request.POST or None, instance=known)
    if request.method == "POST" and form.is_valid():
        need = needs.save(need=form.save(commit=False), by=request.user)
        messages.success(request, _("Le besoin « %(name)s » est enregistré.") % {"name": need.name})
        return redirect("cockpit:need", need.pk)
    return render(request, "cockpit/needs/edit.html", {"form": form, "need": known})


@require_POST
@required(Right.MANAGE_NEEDS)
def follow_need(request: HttpRequest, pk: int) -> HttpResponse:
    """Archives a need, or follows it again."""
    need, is_active = get_object_or_404(Need, pk=pk), request.POST.get("suivi") == "1"
    needs.follow(need=need, is_active=is_active, by=request.user)
    said = _("« %(name)s » est suivi à nouveau.") if is_active else _("« %(name)s » est archivé.")
    messages.success(request, said % {"name": need.name})
    return redirect("cockpit:need", need.pk)


@require_http_methods(["GET", "HEAD", "POST"])
@required(Right.MANAGE_NEEDS)
def edit_rule(request: HttpRequest, pk: int) -> HttpResponse:
    """The rule that finds a need: "apercu" counts whom it would find, otherwise it is saved and applied."""
    need = get_object_or_404(Need, pk=pk)
    rule = NeedRule.objects.filter(need=need).first()
    form = RuleForm(request.POST or None, initial=rule_initial(rule), label_suffix="")
    preview = None
    if request.method == "POST" and form.is_valid():
        if "apercu" not in request.POST:
            need_rules.save_rule(need=need, criteria=form.criteria(), by=request.user)
            messages.success(request, _("La règle est enregistrée et appliquée."))
            return redirect("cockpit:need", need.pk)
        preview = need_rules.preview(need=need, criteria=form.criteria(), by=request.user)
    context = {"need": need, "rule": rule, "form": form, "preview": preview}
    return render(request, "cockpit/needs/rule.html", context)


@require_POST
def hear_need(request: HttpRequest, pk: int) -> HttpResponse:
    """Writes down that somebody heard this need, from no client in particular."""
    needs.check_noter(request.user)
    need, form = get_object_or_404(Need, pk=pk), HeardForm(request.POST, user=request.user)
    try:
        if not form.is_valid() or not form.cleaned_data["quote"]:
            raise ValidationError(_("Écrivez ce que vous avez entendu, et choisissez une date."))
        needs.hear(need=need, by=request.user, **form.cleaned_data)
        messages.success(request, _("C’est noté."))
    except ValidationError as error:
        told(request, error)
    return redirect("cockpit:need", need.pk)


@require_POST
def forget_evidence(request: HttpRequest, pk: int) -> HttpResponse:
    """Takes back what was heard; a second click changes nothing."""
    evidence = NeedEvidence.objects.visible_to(request.user).filter(pk=pk).first()
    if evidence is None:
        return redirect("cockpit:needs")
    needs.forget_evidence(evidence=evidence, by=request.user)
    messages.success(request, _("Ces paroles sont retirées."))
    return redirect("cockpit:need", evidence.need_id)
