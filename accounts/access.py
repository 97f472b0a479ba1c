"""A page's door: which right it takes to open it."""

from functools import wraps

from django.core.exceptions import PermissionDenied

from accounts.roles import Right


def required(right: Right):
    """The view for people who hold this right; the others get 403."""

    def decorator(view):
        @wraps(view)
        def guarded(request, *args, **kwargs):
            if not request.user.may(right):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        return guarded

    return decorator
