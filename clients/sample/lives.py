"""How clients behave: what kinds of lives there are, and in what proportions a firm has them.

A life is told backwards from the last day of data, so that whatever the day a firm of this kind has its champions,
its newcomers, those who slow down, those who left and those who came back.
"""

from typing import NamedTuple


class Life(NamedTuple):
    """A way of being a client. Days and months count back from the last day of data; sizes are quantiles of the firm.

    `share` is a part of all clients; `step` the months between two bills, 0 for a client who comes only when in need
    (`visits` then gives the days of each visit); `silence` the fewest and most days since the last bill.
    """

    share: float
    step: int
    size: tuple[float, float]
    silence: tuple[int, int] = (0, 27)
    history: tuple[int, int] = (36, 36)  # months since the first bill, at least and at most
    bills_payroll_apart: bool = False  # a second invoice in the middle of the month
    halved_for: int = 0  # months since the fees were cut
    quarterly_for: int = 0  # months since a monthly client asked for fewer bills
    away: tuple[int, int] | None = None  # months of absence of a client who came back
    visits: tuple[tuple[int, int], ...] = ()


# The sample: most clients pay monthly fees and are well; every segment, tier and reason of risk has somebody.
FIRM = (
    Life(0.210, 1, (0.10, 1.00)),
    Life(0.130, 1, (0.05, 0.97), history=(7, 34)),
    Life(0.150, 1, (0.35, 1.00), bills_payroll_apart=True),
    Life(0.060, 3, (0.25, 0.95), silence=(3, 28)),
    Life(0.075, 3, (0.55, 1.00), silence=(32, 88)),
    Life(0.025, 6, (0.60, 0.99), silence=(95, 150)),
    Life(0.025, 6, (0.30, 0.58), silence=(95, 150)),
    Life(0.045, 12, (0.02, 0.30), silence=(20, 170)),
    Life(0.040, 1, (0.10, 0.90), silence=(0, 25), history=(0, 2)),  # newcomers
    Life(0.047, 1, (0.30, 0.97), halved_for=8),
    Life(0.028, 1, (0.25, 0.80), silence=(5, 25), quarterly_for=8),
    Life(0.044, 1, (0.30, 0.97), silence=(65, 130)),  # silent for the first time
    Life(0.016, 1, (0.93, 0.995), silence=(190, 270), bills_payroll_apart=True),  # the big ones who left
    Life(0.032, 1, (0.62, 0.90), silence=(190, 300)),
    Life(0.020, 1, (0.02, 0.30), silence=(190, 350), history=(20, 30)),
    Life(0.018, 1, (0.05, 0.80), silence=(420, 900)),
    Life(0.020, 1, (0.20, 0.95), away=(8, 15)),
    Life(0.020, 0, (0.01, 0.10), visits=((100, 120), (5, 80))),  # came twice for little
    Life(0.018, 0, (0.01, 0.20), visits=((95, 170),)),
    Life(0.020, 0, (0.01, 0.60), visits=((200, 700),)),
    Life(0.015, 0, (0.02, 0.40), visits=((1, 85),)),
    Life(0.025, 0, (0.05, 0.70), visits=((700, 1000), (380, 620), (190, 350), (10, 90))),
)

# The load of the benchmark: the same behaviours, weighted to give 15 invoices a client.
LOAD = (
    Life(0.10, 1, (0.05, 1.00)),
    Life(0.03, 1, (0.35, 1.00), bills_payroll_apart=True),
    Life(0.16, 3, (0.20, 1.00), silence=(3, 88)),
    Life(0.08, 6, (0.20, 0.99), silence=(3, 170)),
    Life(0.08, 12, (0.02, 0.60), silence=(3, 350)),
    Life(0.06, 1, (0.10, 0.90), silence=(0, 25), history=(0, 2)),
    Life(0.03, 1, (0.30, 0.97), halved_for=8),
    Life(0.03, 1, (0.25, 0.80), silence=(5, 25), quarterly_for=8),
    Life(0.04, 1, (0.30, 0.97), silence=(65, 130)),
    Life(0.04, 1, (0.05, 1.00), silence=(190, 350)),
    Life(0.04, 1, (0.02, 0.80), silence=(420, 900)),
    Life(0.02, 1, (0.20, 0.95), away=(8, 15)),
    Life(0.16, 0, (0.01, 0.60), visits=((5, 1000),)),
    Life(0.12, 0, (0.05, 0.80), visits=((700, 1000), (380, 620), (190, 350), (10, 90))),
)
