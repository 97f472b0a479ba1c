"""What holds for every address of the site, the Django administration included."""

from django.http import HttpResponseNotAllowed

METHODS = ("GET", "HEAD", "POST")


class MethodMiddleware:
    """Answers to reading and posting only: no page has another meaning, and some frameworks lend them one."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request) if request.method in METHODS else HttpResponseNotAllowed(METHODS)
