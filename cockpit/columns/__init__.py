"""Every column that a list of clients can show: its heading, its cell on a page, its cells in a file.

One value serves the screen and the files, so that both say the same. A new column is one more entry of its module.
"""

from cockpit.columns.column import Column, Part, Words
from cockpit.columns.followed import DEPARTURE, FOLLOWED, STAKE, TIER_DEPARTURE
from cockpit.columns.lacking import CHANCE, POSSIBLE, SAID_BY, SAID_ON, UNTIL, WHY
from cockpit.columns.measured import MEASURED
from cockpit.columns.who import CITY, CLIENT, CODE, OWNER, WHO
from cockpit.columns.worth import WORTH

COLUMNS = {column.slug: column for column in (*WHO, *MEASURED, *WORTH, *FOLLOWED)}

__all__ = [
    "CHANCE",
    "CITY",
    "CLIENT",
    "CODE",
    "COLUMNS",
    "DEPARTURE",
    "OWNER",
    "POSSIBLE",
    "SAID_BY",
    "SAID_ON",
    "STAKE",
    "TIER_DEPARTURE",
    "UNTIL",
    "WHY",
    "Column",
    "Part",
    "Words",
]
