"""The import as a way in five steps, each with its own address: files, columns, check, import, result.

A step that is not due leads to the one that is: the way can be left and taken up again at any time.
"""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import required
from accounts.roles import Right
from clients.columns_form import ColumnsForm
from clients.forms import ImportForm
from clients.imports import mappings, queue
from clients.imports.guess import TableGuess
from clients.imports.plan import Plan, TablePlan
from clients.imports.summary import Summary
from clients.models import Import
from clients.repairs_form import RepairsForm
from clients.views.steps import address, address_due, comes_back, ring

PASTED = "cellules-collees.tsv"
Status = Import.Status


@required(Right.IMPORT)
@require_http_methods(["GET", "HEAD", "POST"])
def import_new(request):
    """Step 1: choose files or paste cells. They are kept and a worker is called; the page can be closed at once."""
    form = ImportForm(request.POST, request.FILES) if request.method == "POST" else ImportForm()
    if request.method == "POST" and form.is_valid():
        batch = queue.submit(
            files=form.files_given(PASTED),
            by=request.user,
            source_name=form.cleaned_data["source"],
            step=Import.Step.LEARN,
            door=Import.Door.PAGE,
        )
        ring(batch)
        return redirect(address("clients:import-progress", batch, request))
    context = {
        "form": form,
        "last": Import.objects.filter(status=Status.COMMITTED).first(),
        "waiting": Import.objects.filter(status__in=Import.WAITING).prefetch_related("files")[:5],
        "comes_back": comes_back(request),
    }
    return render(request, "clients/imports/new.html", context)


@required(Right.IMPORT)
@require_safe
def import_resume(request, pk):
    """Wherever an import stands: the page of the step that is due."""
    return redirect(address_due(get_object_or_404(Import, pk=pk), request))


@required(Right.IMPORT)
@require_http_methods(["GET", "HEAD", "POST"])
def import_columns(request, pk):
    """Step 2: what each column is. Confirmed, it is remembered for the next file of that shape, and checked."""
    batch = get_object_or_404(Import, pk=pk)
    if batch.status not in (Status.MAPPING, Status.CHECKED) or not batch.learned.get("tables"):
        return redirect(address_due(batch, request))
    if request.POST.get("header"):
        return _read_again(request, batch)
    plan = Plan.read(batch.plan)
    posted = request.POST if request.method == "POST" else None
    forms = [
        ColumnsForm(posted, guess=guess, table=plan.tables.get(guess.shape), prefix=f"t{number}")
        for number, guess in enumerate(map(TableGuess.read, batch.learned["tables"]))
    ]
    valid = [form.is_valid() for form in forms]  # each tells its own errors
    if all(valid) and _remember(request, forms, plan):
        if queue.advance(batch, step=Import.Step.CHECK, by=request.user, plan=plan):
            ring(batch)
        return redirect(address("clients:import-progress", batch, request))
    return render(request, "clients/imports/columns.html", {"batch": batch, "forms": forms, "step": 2})


@required(Right.IMPORT)
@require_http_methods(["GET", "HEAD", "POST"])
def import_check(request, pk):
    """Step 3: what the import would do, nothing being written; repairs, then another check or the import itself."""
    batch = get_object_or_404(Import.objects.select_related("launched_by"), pk=pk)
    if batch.status != Status.CHECKED:
        return redirect(address_due(batch, request))
    form = RepairsForm(request.POST if request.method == "POST" else None, batch=batch)
    summary = Summary(batch, request.user)
    if request.method == "POST" and form.is_valid():
        wants_import = request.POST.get("do") == "import" and not summary.refusals
        step = Import.Step.WRITE if wants_import else Import.Step.CHECK
        confirmed = bool(form.cleaned_data.get("confirmed"))
        if queue.advance(batch, step=step, by=request.user, plan=form.decided(), confirmed=confirmed):
            ring(batch)
        return redirect(address("clients:import-progress", batch, request))
    context = {"batch": batch, "form": form, "summary": summary, "step": 3, "comes_back": comes_back(request)}
    return render(request, "clients/imports/check.html", context)


@required(Right.IMPORT)
@require_POST
def abandon_import(request, pk):
    """Give up an import that waits for decisions; a second click changes nothing."""
    batch = get_object_or_404(Import, pk=pk)
    if queue.abandon(batch):
        messages.success(request, _("L’import est abandonné : rien n’a été écrit."))
    return redirect(address("clients:import-report", batch, request))


def _read_again(request, batch: Import):
    """Learn the columns of a table anew, with another row as its headings."""
    plan = Plan.read(batch.plan)
    number, _dash, row = request.POST["header"].partition("-")
    tables = batch.learned["tables"]
    if number.isdecimal() and row.isdecimal() and int(number) < len(tables) and int(row) <= 40:
        plan.tables[tables[int(number)]["shape"]] = TablePlan(header=int(row))
        if queue.advance(batch, step=Import.Step.LEARN, by=request.user, plan=plan):
            ring(batch)
    return redirect(address("clients:import-progress", batch, request))


def _remember(request, forms: list[ColumnsForm], plan: Plan) -> bool:
    """Whether the columns of every table are in the plan and remembered; a name already taken is told in its form."""
    for form in forms:
        table = plan.tables[form.guess.shape] = form.plan()
        try:
            mappings.remember(
                table,
                shape=form.guess.shape,
                headings=[column.heading for column in form.guess.columns],
                by=request.user,
                name=form.cleaned_data["name"],
                is_shared=form.cleaned_data["is_shared"],
            )
        except mappings.NameTakenError as taken:
            form.add_error("name", str(taken))
            return False
    return True
