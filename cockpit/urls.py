"""Addresses of the pages that put facts, judgement and decisions side by side."""

from django.urls import path

from cockpit import (
    action_list,
    assignment,
    at_risk,
    calls,
    client_list,
    client_page,
    dashboard,
    exports,
    settings_page,
    team,
    welcome,
    words,
)

app_name = "cockpit"
urlpatterns = [
    path("", dashboard.dashboard, name="dashboard"),
    path("bienvenue/", welcome.welcome, name="welcome"),
    path("aide/", words.help_page, name="help"),
    path("accessibilite/", words.accessibility, name="accessibility"),
    path("a-risque/", at_risk.at_risk_list, name="at-risk"),
    path("a-risque/export/<str:file_format>/", exports.export_at_risk, name="at-risk-export"),
    path("clients/export/<str:file_format>/", exports.export_clients, name="client-list-export"),
    path("clients/affecter/", assignment.assign_clients, name="assign-clients"),
    path("clients/affecter/annuler/", assignment.undo_assignment, name="undo-assignment"),
    path("clients/", client_list.client_list, name="client-list"),
    path("clients/<int:pk>/", client_page.client_page, name="client-page"),
    path("clients/<int:pk>/contacts/nouveau/", client_page.contact, name="new-contact"),
    path("clients/<int:pk>/contacts/<int:contact_pk>/", client_page.contact, name="contact"),
    path("clients/<int:pk>/appel/", calls.record_call, name="record-call"),
    path("clients/<int:pk>/planifier/", calls.plan_action, name="plan-action"),
    path("actions/", action_list.action_list, name="action-list"),
    path("actions/<int:pk>/terminer/", calls.complete_action, name="complete-action"),
    path("actions/planifier/", calls.plan_calls, name="plan-calls"),
    path("actions/planifiees/<str:at>/annuler/", calls.unplan_calls, name="unplan-calls"),
    path("actions/<int:pk>/annuler/", calls.undo_action, name="undo-action"),
    path("reglages/", settings_page.settings, name="settings"),
    path("reglages/equipe/", team.team_list, name="team"),
    path("reglages/equipe/inviter/", team.invite, name="invite"),
    path("reglages/equipe/invitations/<int:pk>/reprendre/", team.revoke_invitation, name="revoke-invitation"),
    path("reglages/equipe/<int:pk>/", team.person, name="person"),
    path("reglages/equipe/<int:pk>/desactiver/", team.deactivate_person, name="deactivate-person"),
    path("reglages/equipe/<int:pk>/reactiver/", team.reactivate_person, name="reactivate-person"),
]
