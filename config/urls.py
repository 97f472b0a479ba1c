"""Every address of the site. Each application declares its own; the Django admin stands apart."""

from django.conf import settings
from django.contrib import admin
from django.urls import include, path

from config import views

urlpatterns = [
    path("healthz", views.healthz, name="healthz"),
    path("readyz", views.readyz, name="readyz"),
    path("reglages/etat/", views.health_page, name="health"),
    path("", include("accounts.urls")),
    path("", include("clients.urls")),
    path("", include("campaigns.urls")),
    path("", include("cockpit.urls")),
    path("admin/", admin.site.urls),
]
if settings.MAIL_PROVIDER:
    urlpatterns.append(path("courrier/", include("anymail.urls")))  # what the provider tells, under a shared secret

handler400 = "cockpit.errors.bad_request"
handler403 = "cockpit.errors.forbidden"
handler404 = "cockpit.errors.not_found"
handler500 = "cockpit.errors.server_error"
