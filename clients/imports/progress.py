"""How far an import is, told while its own transaction keeps everything to itself: on a connection of its own."""

import logging

from django.db import DatabaseError, connection

from clients.models import Import

log = logging.getLogger(__name__)
# What part of a merge each step is, in hundredths, as measured on 400,000 lines new to the database.
SHARES = {
    "two_clients_one_number": 2,
    "unnumbered_lines": 2,
    "staged_invoices": 15,
    "totals": 1,
    "new_clients": 3,
    "client_keys": 1,
    "new_invoices": 14,
    "invoice_lines": 16,
    "references": 37,
    "lines_add_up": 4,
    "monthly_fees": 4,
}
TELL = """
    UPDATE clients_import
    SET heartbeat_at = now(), rows_done = %s, rows_total = %s
    WHERE id = %s AND status = 'running'
"""


class Progress:
    """Tells the page what a worker does. A courtesy: when it cannot, the import goes on in silence."""

    def __init__(self, batch: Import):
        self.batch = batch
        self.share = 0
        self.side = connection.copy()

    def tell(self, done: int, total: int) -> None:
        """Note that so many rows are done of so many."""
        try:
            with self.side.cursor() as cursor:
                cursor.execute("SET lock_timeout = '200ms'")  # the import's own transaction may hold its row by now
                cursor.execute(TELL, [done, total, self.batch.pk])
        except DatabaseError as error:
            log.info("could not tell how far import %s is (%r)", self.batch.pk, error)

    def after(self, step: str) -> None:
        """Note that a step of the merge is done, as so many rows of the whole."""
        if step in SHARES:
            self.share += SHARES[step]
            total = self.batch.rows_total or 0
            self.tell(min(total, total * self.share // 100), total)

    def close(self) -> None:
        self.side.close()
