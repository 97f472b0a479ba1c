"""Diagnostic express: the books of another company in, its A4 page out, nothing kept."""

from copy import copy

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods

from accounts.access import required
from accounts.models import Diagnosis, Firm, FirmLogo
from accounts.roles import Right
from clients.imports.findings import RefusedError, label_of
from clients.imports.on_disk import own_folder
from cockpit.dashboard import Board
from cockpit.reports.note import Note
from cockpit.scope import EVERYBODY, Scope
from segmentation.diagnosis import diagnosed
from segmentation.models import Score

MOST_BYTES = 80 * 1024 * 1024
MOST_ERRORS = 20  # told


class DiagnosisForm(forms.Form):
    """The books, and what the company is called on the page."""

    file = forms.FileField(
        label=_("FEC"),
        allow_empty_file=True,  # the reading itself says what is wrong with an empty file
        help_text=_(
            "Le fichier des écritures comptables d’un exercice, tel que le logiciel l’exporte, ou dans un zip."
        ),
    )
    company = forms.CharField(
        label=_("Nom de l’entreprise"),
        max_length=80,
        required=False,
        help_text=_("Pour le titre de la page. Il n’est pas gardé non plus."),
    )

    def clean_file(self) -> UploadedFile:
        """The file, of a size that one page has the time for."""
        file: UploadedFile = self.cleaned_data["file"]
        if file.size > MOST_BYTES:
            raise ValidationError(_("Ce fichier dépasse 80 Mo. Exportez un seul exercice, ou les journaux de ventes."))
        return file


@never_cache
@sensitive_post_parameters()
@required(Right.IMPORT)
@require_http_methods(["GET", "HEAD", "POST"])
def diagnosis(request: HttpRequest) -> HttpResponse:
    """GET asks for a FEC; POST answers with the page about it, which exists nowhere else."""
    form = DiagnosisForm(request.POST, request.FILES) if request.method == "POST" else DiagnosisForm()
    if request.method != "POST" or not form.is_valid():
        return _asked(request, form, status=422 if form.errors else 200)
    try:
        page = _page_about(request, form.cleaned_data["file"], form.cleaned_data["company"])
    except RefusedError as refusal:
        return _asked(request, form, refusal=refusal, status=422)
    Diagnosis.objects.create(made_by=request.user)
    return render(request, "cockpit/reports/diagnosis_result.html", {"page": page})


def _asked(request: HttpRequest, form: DiagnosisForm, *, status: int, refusal: RefusedError | None = None):
    context = {"form": form, "refusal": refusal}
    if refusal:
        errors = refusal.book.errors if refusal.book else []
        context |= {"label": label_of(refusal.reason), "errors": [(label_of(one.reason), one) for one in errors]}
        context["errors"] = context["errors"][:MOST_ERRORS]
    return render(request, "cockpit/reports/diagnosis.html", context, status=status)


@sensitive_variables()
def _page_about(request: HttpRequest, file: UploadedFile, company: str) -> SafeString:
    """The A4 page about the company whose books these are. Raises RefusedError.

    Written out whole before what it is about is gone; in the words of a company, which are not those of this firm.
    """
    firm, logo = Firm(name=str(Firm.current()), parts=[Firm.Part.RFM]), FirmLogo.current()
    about = copy(request)
    about.firm = firm
    with own_folder() as folder:
        path = folder / "fec"
        with path.open("wb") as content:
            content.writelines(file.chunks())
        with diagnosed(path, file.name or "") as run:
            board = Board(Scope(request.user, EVERYBODY), run, among=Score.objects.of(run))
            note = Note(board, firm, is_linked=False, is_apart=True)
            context = {"note": note, "board": board, "logo": logo, "subject": company}
            return render_to_string("cockpit/reports/_diagnosed.html", context, about)
