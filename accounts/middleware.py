"""What every request needs to know about the person behind it."""

from django.utils import translation

from accounts.audit import acting_as

SAFE_METHODS = ("GET", "HEAD", "OPTIONS", "TRACE")


class LanguageMiddleware:
    """Speaks the language the person chose; a stranger gets the browser's, French otherwise."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        language = (
            request.user.language if request.user.is_authenticated else translation.get_language_from_request(request)
        )
        with translation.override(language):
            request.LANGUAGE_CODE = language
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", language)
        return response


class AuditMiddleware:
    """Journals what a request changes under the name of its author. Reads are not announced: they change nothing."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if request.method in SAFE_METHODS or not request.user.is_authenticated:
            return self.get_response(request)
        with acting_as(request.user):
            return self.get_response(request)
