"""Addresses of the decisions: what people answer to a mail without logging in."""

from django.urls import path

from campaigns import views
from campaigns.periodicals import MONDAY, MONTH

app_name = "campaigns"
urlpatterns = [
    path("lettre-du-lundi/<str:token>/arreter/", views.stop_letter, {"letter": MONDAY}, name="stop-letter"),
    path("note-du-mois/<str:token>/arreter/", views.stop_letter, {"letter": MONTH}, name="stop-note"),
    path("stop/<str:token>/", views.stop_messages, name="stop-messages"),
    path("l/<int:pk>/<str:token>/", views.follow_link, name="follow-link"),
    path("r/<str:token>/", views.answer, name="answer"),
]
