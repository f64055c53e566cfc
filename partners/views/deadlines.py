"""A deadline of a convention: what is due, what may be done, and what was decided."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from core.acting import Acting
from core.requests import PortalRequest
from core.views import may, writes
from partners.conventions import deadlines
from partners.conventions.reading import with_facts
from partners.conventions.words import why
from partners.forms import AlertAnswerForm
from partners.models import AlertAnswer, Convention


@writes
@may("answer_convention_alert")
def deadline(request: PortalRequest, pk: int) -> HttpResponse:
    """Say what is decided about a deadline: it is kept with the convention, and the task is done."""
    acting: Acting = request.acting
    tasks = deadlines.tasks_for(acting)
    if request.method == "POST":
        tasks = tasks.select_for_update(no_key=True)
    task = get_object_or_404(tasks, pk=pk)
    read = with_facts(Convention.objects.all())
    convention = get_object_or_404(read, pk=task.subject_id)
    parent = read.get(pk=convention.parent_id) if convention.parent_id else None
    due = deadlines.due_of(task, convention, parent)
    form = AlertAnswerForm(request.POST or None)
    status = 200
    if task.done_at is not None:
        if request.method != "POST":
            messages.info(request, "Cette échéance n’attend plus rien.")
            return redirect("partners:convention_detail", convention.uuid)
        form.add_error(None, "Cette échéance vient de recevoir une réponse : lisez-la ci-dessus.")
        status = 409
    elif request.method == "POST" and form.is_valid():
        deadlines.answer(acting, task, due, form.cleaned_data["comment"])
        messages.success(request, "C’est noté : la décision est gardée avec la convention.")
        return redirect("home")
    context = {
        "form": form,
        "task": task,
        "convention": convention,
        "due": due,
        "why": why(convention),
        "expected": deadlines.expected(task.kind),
        "before": AlertAnswer.objects.filter(convention=convention)
        .select_related("answered_by")
        .order_by("-answered_at", "-pk")[:10],
    }
    return render(request, "partners/deadline.html", context, status=status)
