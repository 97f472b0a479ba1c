"""What people do about the relation with a client: give an opinion, say whether red holds, open and close a plan."""

from uuid import uuid4

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import required
from accounts.models import User
from accounts.roles import Right
from campaigns import actions
from campaigns.models import Action
from clients.models import Client
from cockpit.calls import back, told
from cockpit.relation_forms import OpinionForm, PlanForm
from cockpit.relation_sheet import RelationSheet
from segmentation.models import QUESTIONS, Colour, Grade, Score, ScoringRun
from segmentation.relation import access, assessing, overview, reframing
from segmentation.relation import rules as weights
from segmentation.relation.wording import explain


@require_http_methods(["GET", "HEAD", "POST"])
@required(Right.RATE_CLIENTS)
def rate(request: HttpRequest, pk: int) -> HttpResponse:
    """The questionnaire about one client; once sent, the next client to rate, or the page of this one."""
    client = get_object_or_404(access.clients_rated_by(request.user).select_related("owner"), pk=pk)
    sheet = RelationSheet(request.user, client)
    following = _next_to_rate(request.user, client)
    form = OpinionForm(request.POST or None, initial=_last_answers(sheet))
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        grade = assessing.assess(
            client=client, answers=form.answers, comment=data["comment"], token=data["token"], by=request.user
        )
        messages.success(request, f"{client.name} : {explain(grade).sentence}")
        return _after(request, grade, following)
    context = {"sheet": sheet, "form": form, "following": following, "to": request.get_full_path()}
    return render(request, "cockpit/relation/rate.html", context, status=422 if form.errors else 200)


@require_POST
@required(Right.RATE_CLIENTS)
def decide_red(request: HttpRequest, pk: int) -> HttpResponse:
    """Red holds, and a plan is opened; or it does not, and why."""
    client = get_object_or_404(access.clients_rated_by(request.user), pk=pk)
    try:
        if request.POST.get("decision") == "confirm":
            grade = assessing.confirm_red(client=client, by=request.user)
            if grade.colour == Colour.RED:
                messages.success(request, _("%(client)s est en rouge.") % {"client": client.name})
                return redirect("cockpit:reframing-plan", pk=client.pk)
        else:
            motive = request.POST.get("motive", "").replace("\0", "")[:500]
            assessing.set_red_aside(client=client, motive=motive, by=request.user)
            messages.success(request, _("%(client)s reste orange.") % {"client": client.name})
    except ValidationError as error:
        told(request, error)
    return back(request)


@require_http_methods(["GET", "HEAD", "POST"])
@required(Right.RATE_CLIENTS)
def reframing_plan(request: HttpRequest, pk: int) -> HttpResponse:
    """The open plan of one client, or a new one: written, changed, closed."""
    client = get_object_or_404(access.clients_rated_by(request.user).select_related("owner"), pk=pk)
    sheet = RelationSheet(request.user, client)
    form = PlanForm(request.POST or None, instance=sheet.open_plan, client=client, user=request.user)
    if request.method == "POST":
        try:
            if "clore" in request.POST or form.is_valid():
                messages.success(request, _written(request, sheet, form))
                return redirect(f"{reverse('cockpit:client-page', args=[client.pk])}#relation")
        except ValidationError as error:
            form.add_error(None, error.messages)
    context = {"sheet": sheet, "form": form, "today": timezone.localdate()}
    return render(request, "cockpit/relation/plan.html", context, status=422 if form.errors else 200)


def _written(request: HttpRequest, sheet: RelationSheet, form: PlanForm) -> str:
    """Does what the pressed button asks for, and says it."""
    if "clore" in request.POST:
        if sheet.open_plan is None:
            return _("Ce plan est clos.")
        outcome = request.POST.get("outcome", "").replace("\0", "")[:2000]
        reframing.close_plan(plan=sheet.open_plan, outcome=outcome, by=request.user)
        return _("Le plan de recadrage est clos.")
    values = {name: form.cleaned_data[name] for name in ("kind", "what", "owner", "due_on")}
    if sheet.open_plan:
        reframing.change_plan(plan=sheet.open_plan, by=request.user, **values)
        return _("Le plan de recadrage est enregistré.")
    reframing.open_plan(client=sheet.client, by=request.user, **values)
    if form.cleaned_data["in_actions"] and request.user.may(Right.RECORD_ACTIONS):
        actions.plan(
            client=sheet.client,
            assignee=values["owner"],
            due_on=values["due_on"],
            kind=Action.Kind.OTHER,
            by=request.user,
        )
    return _("Le plan de recadrage est ouvert.")


def _last_answers(sheet: RelationSheet) -> dict:
    """What this person answered last time, to start from; the comment is written anew."""
    last = {question: getattr(sheet.mine, question) for question in QUESTIONS} if sheet.mine else {}
    return {"token": uuid4(), **last}


def _next_to_rate(user: User, client: Client) -> Client | None:
    """The client that follows this one among those to rate, from the largest revenue down; the first after the last."""
    run = ScoringRun.objects.latest_at()
    waiting = overview.to_rate(access.clients_rated_by(user), run, weights.published()).exclude(client=client)
    here = Score.objects.filter(run=run, client=client).first()
    after = waiting.filter(tier_revenue__lte=here.tier_revenue) if here else waiting
    if here:
        after = after.exclude(tier_revenue=here.tier_revenue, client__lt=client.pk)
    found = after.select_related("client").first() or waiting.select_related("client").first()
    return found.client if found else None


def _after(request: HttpRequest, grade: Grade, following: Client | None) -> HttpResponse:
    """Where an opinion leads: the plan of a client who turned red, the next client, the page of this one."""
    if grade.red == Grade.Red.PROPOSED:
        messages.warning(request, _("Ce rouge doit être confirmé par une autre personne en charge du client."))
    if grade.was_alone and not grade.client.reframing_plans.open().exists():
        messages.warning(request, _("Rouge confirmé d’emblée : personne d’autre n’est en charge de ce client."))
        return redirect("cockpit:reframing-plan", pk=grade.client_id)
    if request.POST.get("suite") and following:
        return redirect("cockpit:rate-client", pk=following.pk)
    if request.POST.get("suite"):
        return redirect("cockpit:relation")
    return redirect(f"{reverse('cockpit:client-page', args=[grade.client_id])}#relation")
