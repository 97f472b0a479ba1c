"""Addresses of the pages that put facts, judgement and decisions side by side."""

app_name = "cockpit"
urlpatterns = []
