"""Addresses of the facts: imports, sharing clients out, clients that are one."""

from django.urls import path

from clients.views import imports, mappings, merging, preparing, sharing, undoing, wizard

app_name = "clients"
urlpatterns = [
    path("importer/", wizard.import_new, name="import"),
    path("importer/historique/", imports.import_history, name="import-history"),
    path("importer/partager/", sharing.share_out, name="share-out"),
    path("importer/preparer/", preparing.prepare_file, name="prepare-file"),
    path("importer/modeles/<slug:name>/", preparing.model_to_fill, name="model"),
    path("importer/correspondances/", mappings.mapping_list, name="mappings"),
    path("importer/correspondances/<int:pk>/", mappings.change_mapping, name="change-mapping"),
    path("importer/correspondances/<int:pk>/oublier/", mappings.forget_mapping, name="forget-mapping"),
    path("importer/<int:pk>/", wizard.import_resume, name="import-resume"),
    path("importer/<int:pk>/colonnes/", wizard.import_columns, name="import-columns"),
    path("importer/<int:pk>/controle/", wizard.import_check, name="import-check"),
    path("importer/<int:pk>/suivi/", imports.import_progress, name="import-progress"),
    path("importer/<int:pk>/bilan/", imports.import_report, name="import-report"),
    path("importer/<int:pk>/arreter/", undoing.stop_import, name="stop-import"),
    path("importer/<int:pk>/annuler/", undoing.undo_import, name="undo-import"),
    path("importer/<int:pk>/annulation/", undoing.undone_rows, name="undone-rows"),
    path("importer/<int:pk>/confirmer/", imports.confirm_import, name="confirm-import"),
    path("importer/<int:pk>/abandonner/", wizard.abandon_import, name="abandon-import"),
    path("importer/<int:pk>/abonnements/", imports.mark_recurring, name="mark-recurring"),
    path("clients/doublons/", merging.client_doubles, name="doubles"),
    path("clients/doublons/decider/", merging.decide_double, name="decide-double"),
    path("clients/doublons/<int:pk>/oublier/", merging.forget_decision, name="forget-decision"),
    path("clients/<int:pk>/fusionner/", merging.merge_client, name="merge-client"),
    path("clients/fusions/<int:pk>/defaire/", merging.undo_merge, name="undo-merge"),
    path("importer/<int:pk>/erreurs/<str:file_format>/", imports.export_errors, name="import-errors"),
    path("importer/<int:pk>/rejets/", imports.export_rejected, name="import-rejected"),
]
