"""The Django administration site: for whoever holds the right, entered by the one door of the whole site."""

from functools import wraps

from allauth.account.decorators import secure_admin_login
from csp.constants import UNSAFE_INLINE
from csp.decorators import csp_update
from django.contrib.admin import AdminSite
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _

from accounts.roles import Right


class CapAdminSite(AdminSite):
    site_header = _("Cap Clients : administration")
    site_title = _("Administration")
    index_title = _("Données et réglages")
    enable_nav_sidebar = True

    def has_permission(self, request):
        return request.user.is_authenticated and request.user.may(Right.USE_ADMIN)

    def admin_view(self, view, cacheable=False):
        """The view behind the admin's door, its own styles allowed: Django's templates write some inline. No script."""
        inner = csp_update({"style-src": [UNSAFE_INLINE]})(super().admin_view(view, cacheable))

        @wraps(inner)
        def guarded(request, *args, **kwargs):
            if request.user.is_authenticated and not self.has_permission(request):
                raise PermissionDenied  # rather than a second invitation to log in
            return inner(request, *args, **kwargs)

        return guarded

    @method_decorator(login_not_required)
    @method_decorator(secure_admin_login)
    def login(self, request, extra_context=None):
        """Strangers go to the login page, with its limits on guesses; this address checks no password."""
        return redirect("admin:index")

    def logout(self, request, extra_context=None):
        return redirect("account_logout")

    def password_change(self, request, extra_context=None):
        return redirect("account_change_password")

    def password_change_done(self, request, extra_context=None):
        return redirect("accounts:account")
