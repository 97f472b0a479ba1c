"""What every page's frame needs."""


def chrome(request):
    return {}
