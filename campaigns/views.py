"""What people answer to a mail without logging in: looking changes nothing, a post acts, a bad link leads nowhere."""

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import Firm
from campaigns import answers, clicks, objections
from campaigns.models import CampaignKind
from campaigns.periodicals import MONTH, Periodical


@csrf_exempt  # mail programs post by themselves (RFC 8058); the signed address says who
@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def stop_letter(request: HttpRequest, token: str, letter: Periodical) -> HttpResponse:
    """The question, then the answer. A second time changes nothing."""
    person = letter.person_of(token)
    if person is None:
        raise Http404
    if request.method == "POST":
        letter.stop(person)
    context = {"is_stopped": request.method == "POST", "is_monthly": letter is MONTH}
    return render(request, "campaigns/stop_letter.html", context)


@csrf_exempt  # as above: a mail program sends "List-Unsubscribe=One-Click", and means everything
@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def stop_messages(request: HttpRequest, token: str) -> HttpResponse:
    """The objection of who received a message: to its kind or to all; neither asks who they are."""
    recipient = objections.recipient_of(token)
    if recipient is None:
        raise Http404
    is_done = request.method == "POST"
    scope = recipient.campaign.kind if request.POST.get("scope") == "kind" else objections.EVERYTHING
    if is_done:
        objections.object_to(recipient=recipient, scope=scope)
    kind = objections.KINDS[CampaignKind(recipient.campaign.kind)]
    context = {"is_done": is_done, "is_of_kind": bool(scope), "kind": kind, "firm": Firm.current()}
    return render(request, "campaigns/stop_messages.html", context)


@login_not_required
@require_safe
def follow_link(request: HttpRequest, pk: int, token: str) -> HttpResponse:
    """On to the address stored with the campaign. Looking at the headers alone is no click."""
    user_agent = "" if request.method == "HEAD" else request.headers.get("User-Agent", "")
    address = clicks.follow(link_id=pk, token=token, user_agent=user_agent)
    if address is None:
        raise Http404
    return HttpResponseRedirect(address)


@csrf_exempt  # answered from a mail program or a browser without cookies: the signed address says who
@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def answer(request: HttpRequest, token: str) -> HttpResponse:
    """The invitation or the question, then the answer; it may be changed while it counts."""
    recipient = answers.recipient_of(token)
    if recipient is None:
        raise Http404
    given, error = getattr(recipient, "answer", None), ""
    if request.method == "POST":
        try:
            given = answers.record(
                recipient=recipient, choice=request.POST.get("choice", ""), comment=request.POST.get("comment", "")
            )
        except ValidationError as refusal:
            error = " ".join(refusal.messages)
    context = {
        "campaign": recipient.campaign,
        "choices": answers.choices_of(recipient.campaign),
        "places": answers.places_left(recipient.campaign),
        "given": given,
        "is_done": request.method == "POST" and not error,
        "error": error,
        "firm": Firm.current(),
    }
    return render(request, "campaigns/answer.html", context, status=422 if error else 200)
