"""Addresses of the facts: imports."""

app_name = "clients"
urlpatterns = []
