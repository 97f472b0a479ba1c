"""Addresses of the facts: imports, sharing clients out, clients that are one."""

from django.urls import path

from clients.views import imports, merging, sharing, undoing

app_name = "clients"
urlpatterns = [
    path("importer/", imports.import_new, name="import"),
    path("importer/historique/", imports.import_history, name="import-history"),
    path("importer/partager/", sharing.share_out, name="share-out"),
    path("importer/<int:pk>/suivi/", imports.import_progress, name="import-progress"),
    path("importer/<int:pk>/bilan/", imports.import_report, name="import-report"),
    path("importer/<int:pk>/arreter/", undoing.stop_import, name="stop-import"),
    path("importer/<int:pk>/annuler/", undoing.undo_import, name="undo-import"),
    path("importer/<int:pk>/annulation/", undoing.undone_rows, name="undone-rows"),
    path("importer/<int:pk>/confirmer/", imports.confirm_import, name="confirm-import"),
    path("importer/<int:pk>/abandonner/", imports.decline_import, name="decline-import"),
    path("importer/<int:pk>/abonnements/", imports.mark_recurring, name="mark-recurring"),
    path("clients/doublons/", merging.client_doubles, name="doubles"),
    path("clients/doublons/decider/", merging.decide_double, name="decide-double"),
    path("clients/doublons/<int:pk>/oublier/", merging.forget_decision, name="forget-decision"),
    path("clients/<int:pk>/fusionner/", merging.merge_client, name="merge-client"),
    path("clients/fusions/<int:pk>/defaire/", merging.undo_merge, name="undo-merge"),
    path("importer/<int:pk>/erreurs/<str:file_format>/", imports.export_errors, name="import-errors"),
]
