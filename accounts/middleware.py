"""What every request needs to know about the person behind it, and their firm."""

from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.utils.functional import SimpleLazyObject

from accounts.audit import acting_as
from accounts.models import Firm, remembered_firm

SAFE_METHODS = ("GET", "HEAD", "OPTIONS", "TRACE")


class LanguageMiddleware:
    """Speaks the language the person chose; a stranger gets the browser's, French otherwise."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if request.user.is_authenticated:
            language = request.user.language
        else:
            language = translation.get_language_from_request(request)
        with translation.override(language):
            request.LANGUAGE_CODE = language
            response = self.get_response(request)
        if response.streaming and not response.is_async:
            response.streaming_content = _spoken(response.streaming_content, language)
        if not request.user.is_authenticated:
            patch_vary_headers(response, ("Accept-Language",))
        response.headers.setdefault("Content-Language", language)
        return response


def _spoken(content, language):
    """The same content: what is streamed is made after the request has been answered, in the language it asked for."""
    with translation.override(language):
        yield from content


class AuditMiddleware:
    """Journals what a request changes under the name of its author. Reads are not announced: they change nothing."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if request.method in SAFE_METHODS or not request.user.is_authenticated:
            return self.get_response(request)
        with acting_as(request.user):
            return self.get_response(request)


class FirmMiddleware:
    """Lets every page of a request ask for the firm at the price of one query at most; templates say `request.firm`."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        token = remembered_firm.set({})
        request.firm = SimpleLazyObject(Firm.current)
        try:
            return self.get_response(request)
        finally:
            remembered_firm.reset(token)
