"""Whether a figure is where it should be, in the words that the benchmark prints after it."""


def verdict(found: float, *, unit: str, at_most: float | None = None, at_least: float | None = None) -> str:
    """The aim and whether it is met; nothing where there is no aim."""
    if at_most is not None:
        return f" (aim ≤ {at_most:,.0f} {unit}: {'met' if found <= at_most else 'MISSED'})"
    if at_least is not None:
        return f" (aim ≥ {at_least:,.0f} {unit}: {'met' if found >= at_least else 'MISSED'})"
    return ""
