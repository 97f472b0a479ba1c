"""Addresses of the decisions: what must be done for a client."""

app_name = "campaigns"
urlpatterns = []
