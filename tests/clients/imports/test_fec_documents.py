"""Rebuilding invoices from entries: each rule of the accounting export, as a sentence."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clients.imports import fec_documents
from clients.imports.fec import FecLine
from clients.imports.fec_documents import rebuild, shared_out
from tests.clients.imports import books


def lines(*rows, start=2, file=0):
    """Lines as the reader gives them."""
    found = []
    for number, row in enumerate(rows, start=start):
        cents = round(float(row["Debit"].replace(",", ".")) * 100) - round(float(row["Credit"].replace(",", ".")) * 100)
        day, piece_day = (dt.datetime.strptime(row[n], "%Y%m%d").date() for n in ("EcritureDate", "PieceDate"))  # noqa: DTZ007
        found.append(
            FecLine(
                file, number, row["JournalCode"], row["JournalLib"], row["EcritureNum"], day, row["CompteNum"],
                row["CompteLib"], row["CompAuxNum"], row["CompAuxLib"], row["PieceRef"], piece_day,
                row["EcritureLib"], cents, row["EcritureLet"], None, None, "",
            )
        )  # fmt: skip
    return found


def documents(*rows):
    return rebuild(lines(*rows)).documents


def told(*rows):
    return sorted((document.client, document.cents) for document in documents(*rows))


line, sale, payment = books.line, books.sale, books.payment


def test_the_amount_is_the_revenue_and_the_vat_stands_apart():
    (document,) = documents(*sale("C1", 10_000))
    assert (document.client, document.cents, document.vat_cents) == ("C1", 10_000, 2_000)


@pytest.mark.parametrize("account", ["411000", "410000", "413000", "416000", "418100"])
def test_every_account_of_clients_counts(account):
    rows = [line(account, 12_000, aux="C1"), line("706000", -10_000), line("445710", -2_000)]
    assert told(*rows) == [("C1", 10_000)]


def test_the_journal_code_says_nothing_of_what_a_sale_is():
    assert told(*sale("C1", 10_000, journal="O.D")) == [("C1", 10_000)]


def test_without_auxiliary_the_sub_account_is_the_client():
    rows = [line("411DUPONT", 10_000, account_label="Dupont SARL"), line("706000", -10_000)]
    rebuilt = rebuild(lines(*rows))
    assert rebuilt.clients == {"411DUPONT": "Dupont SARL"}


def test_rebates_granted_are_revenue_taken_back():
    rows = [line("411000", 9_000, aux="C1"), line("706000", -10_000), line("709600", 1_000)]
    assert told(*rows) == [("C1", 9_000)]


def test_a_negative_document_is_a_credit_note_even_for_a_bad_debt():
    rows = [line("411000", -9_495, aux="C1"), line("701100", 9_000), line("445710", 495)]
    assert told(*rows) == [("C1", -9_000)]


def test_each_revenue_account_is_a_line_and_lines_add_up():
    rows = [line("411000", 30_000, aux="C1"), line("706000", -10_000), line("707000", -20_000)]
    (document,) = documents(*rows)
    assert [(account, cents) for account, _label, cents in document.lines] == [("706000", 10_000), ("707000", 20_000)]


def test_the_date_is_the_pieces_rather_than_the_entrys():
    (document,) = documents(*sale("C1", 10_000, day="20250310", piece_day="20250302"))
    assert document.issued_on == dt.date(2025, 3, 2)


def test_several_clients_under_one_number_are_told_apart_by_piece():
    rows = sale("C1", 10_000, piece="A") + sale("C2", 5_000, piece="B")
    assert told(*rows) == [("C1", 10_000), ("C2", 5_000)]
    assert not rebuild(lines(*rows)).split


def test_several_clients_of_one_piece_share_in_proportion():
    rows = [
        line("411000", 12_000, aux="C1"),
        line("411000", 24_000, aux="C2"),
        line("706000", -30_000),
        line("445710", -6_000),
    ]
    rebuilt = rebuild(lines(*rows))
    assert told(*rows) == [("C1", 10_000), ("C2", 20_000)]
    assert len(rebuilt.split) == 1


def test_the_remainder_of_a_split_goes_to_the_largest():
    assert shared_out(100, [1, 1, 2]) == [25, 25, 50]
    assert shared_out(100, [3, 3, 1]) == [44, 42, 14]


@given(st.integers(-(10**9), 10**9), st.lists(st.integers(1, 10**7), min_size=1, max_size=20))
def test_a_split_loses_no_cent(total, weights):
    assert sum(shared_out(total, weights)) == total


@pytest.mark.parametrize("number", ["", "1"])
def test_a_blank_or_constant_number_is_refined_by_piece(number):
    rows = [
        *sale("C1", 10_000, entry=number, piece="A", day="20250301"),
        *sale("C1", 20_000, entry=number, piece="B", day="20250302"),
        *payment("C1", 36_000, entry=number, journal="VE", piece="C", day="20250303"),
    ]
    assert told(*rows) == [("C1", 10_000), ("C1", 20_000)]


def test_a_month_for_a_piece_does_not_merge_the_sales_of_the_month():
    rows = sale("C1", 10_000, entry="1", piece="03") + sale("C1", 20_000, entry="2", piece="03")
    assert told(*rows) == [("C1", 10_000), ("C1", 20_000)]


def test_numbers_that_start_again_each_month_do_not_merge_two_entries():
    rows = sale("C1", 10_000, day="20250301") + sale("C2", 20_000, day="20250401")
    assert told(*rows) == [("C1", 10_000), ("C2", 20_000)]


def test_opening_balances_are_left_out_wherever_they_stand():
    opening = [
        line("411000", 9_000, aux="C1", journal="AN", entry="9"),
        line("120000", -9_000, journal="AN", entry="9"),
    ]
    rebuilt = rebuild(lines(*sale("C1", 10_000), *opening, *sale("C1", 500, entry="2")))
    assert rebuilt.excluded["opening-balance"].count == 1
    assert len(rebuilt.documents) == 2


def test_payments_are_left_out_and_counted():
    rebuilt = rebuild(lines(*sale("C1", 10_000), *payment("C1", 12_000, entry="7")))
    assert (rebuilt.excluded["payment"].count, rebuilt.excluded["payment"].cents) == (1, 0)


def test_sales_without_client_are_left_out_with_their_euros():
    rebuilt = rebuild(lines(line("530000", 12_000), line("707000", -10_000), line("445710", -2_000)))
    assert (rebuilt.documents, rebuilt.excluded["without-client"].cents) == ([], 10_000)


def test_a_collective_account_is_nobody():
    rebuilt = rebuild(lines(line("411100000", 10_000, account_label="CLIENTS"), line("707000", -10_000)))
    assert (rebuilt.documents, rebuilt.excluded["without-client"].cents) == ([], 10_000)


def test_vat_awaited_and_a_deposit_taken_back_belong_to_the_amount_with_vat():
    awaited = [line("411000", 12_000, aux="C1"), line("706000", -10_000), line("445870", -2_000)]
    deposit = [line("411000", 6_000, aux="C1", entry="2"), line("419100", 6_000, entry="2")]
    final = [line("706000", -10_000, entry="2"), line("445710", -2_000, entry="2")]
    rebuilt = rebuild(lines(*awaited, *deposit, *final))
    assert (rebuilt.vat_mismatches, [found.vat_cents for found in rebuilt.documents]) == ([], [2_000, 2_000])


def test_miscellaneous_without_revenue_is_left_out():
    rebuilt = rebuild(lines(line("411000", -100, aux="C1"), line("658000", 100)))
    assert rebuilt.excluded["no-revenue"].count == 1


CATCH_ALL = """
    CB=Carte bancaire, 9CB=CB, CHQ=Chèques, C0001=ESPECES, VIR=Virements, PRLV=Prélèvements SEPA, CAISSE=Caisse,
    TPE=Terminal de paiement, C9=Recettes du jour, CDIVERS=Clients divers, C99=CLIENTS DIVERS, CDIV=DIVERS,
    PASSAGE=Clients de passage, COMPTOIR=Vente comptoir, C1=Ventes au comptant, C2=Tickets restaurant CB,
    C3=Cash sales, C4=Sundry customers, C5=PayPal, C6=Particuliers, C7=Remise chèque, CB=, C8=Ventes 2025,
    VIR=Virements reçus, CHQ=Chèques encaissés
"""
SOMEBODY = """
    CPASSA=Boulangerie du Passage, CCAIS=Caisse d’Épargne, CB=Claude Bernard SARL, CATTEN=Client attente,
    CCARTE=Carte Blanche Traiteur, ESP=Espace Vert, C1=Le Comptoir des Halles, CH=Charpentes Hugon,
    CVIREM=Viremont SA, CDIVER=Diversey France, 4567=4567, C2=Restaurant,
    C3=Client 12, CLI001=CLIENT 001
"""


def auxiliaries(text):
    return [tuple(part.strip().split("=")) for part in text.split(",")]


@pytest.mark.parametrize(("code", "label"), auxiliaries(CATCH_ALL))
def test_a_payment_mode_or_a_catch_all_is_no_client_and_its_euros_are_told(code, label):
    rebuilt = rebuild(lines(*sale(code, 10_000, aux_label=label) if label else [
        line("411000", 10_000, aux=code), line("706000", -10_000)]))  # fmt: skip
    assert rebuilt.documents == []
    assert rebuilt.payment_modes[code, label].cents == 10_000


@pytest.mark.parametrize(("code", "label"), auxiliaries(SOMEBODY))
def test_a_name_that_contains_such_a_word_stays_a_client(code, label):
    assert told(*sale(code, 10_000, aux_label=label)) == [(code, 10_000)]


def test_a_lettered_invoice_is_paid_on_the_day_of_its_last_payment():
    rows = [
        *sale("C1", 10_000, letter="AA"),
        *payment("C1", 5_000, entry="7", day="20250401", letter="AA"),
        *payment("C1", 7_000, entry="8", day="20250415", letter="AA"),
    ]
    (document,) = documents(*rows)
    assert (document.is_paid, document.paid_on) == (True, dt.date(2025, 4, 15))


def test_a_letter_that_does_not_balance_pays_nothing():
    rows = [*sale("C1", 10_000, letter="a"), *payment("C1", 5_000, entry="7", letter="a")]
    (document,) = documents(*rows)
    assert (document.is_paid, document.paid_on) == (False, None)


def test_an_invoice_cancelled_by_a_credit_note_is_not_paid():
    rows = [*sale("C1", 10_000, letter="B"), *sale("C1", -10_000, entry="2", letter="B")]
    assert [document.is_paid for document in documents(*rows)] == [False, False]


def test_unbalanced_entries_are_reported_and_kept():
    rows = [line("411000", 12_000, aux="C1"), line("706000", -10_000)]
    rebuilt = rebuild(lines(*rows))
    assert (len(rebuilt.unbalanced), len(rebuilt.vat_mismatches), len(rebuilt.documents)) == (1, 1, 1)


def test_an_entry_holding_a_bad_line_is_set_aside_whole():
    rebuilt = rebuild(lines(*sale("C1", 10_000)), bad_lines={(0, 3)})
    assert (rebuilt.documents, rebuilt.set_aside.count, rebuilt.set_aside.cents) == ([], 1, 10_000)


def test_two_equal_documents_of_one_entry_are_numbered():
    rows = sale("C1", 10_000, entry="", piece="A") + sale("C1", 10_000, entry="", piece="A", day="20250311")
    assert len({document.external_id for document in documents(*rows)}) == 2


clients = st.sampled_from(["C1", "C2", "C3", "CB", ""])
entry = st.tuples(
    st.sampled_from(["VE", "OD", "BQ", "AN"]),
    st.sampled_from(["", "1", "2", "3"]),
    st.sampled_from(["20250301", "20250302", "20250401"]),
    st.sampled_from(["A", "B", "-"]),
    st.sampled_from(["411000", "706000", "707000", "709000", "445710", "512000", "419100"]),
    clients,
    st.integers(-100_000, 100_000),
    st.sampled_from(["", "AA", "b"]),
)


def any_line(journal, number, day, piece, account, client, cents, letter):
    aux = client if account == "411000" else ""
    return line(
        account, cents, journal=journal, entry=number, day=day, piece=piece, aux=aux, aux_label=aux, letter=letter
    )


@given(st.lists(entry, max_size=30))
def test_whatever_the_entries_no_cent_of_revenue_is_lost(rows):
    rebuilt = rebuild(lines(*(any_line(*row) for row in rows)))
    excluded = sum(tally.cents for tally in rebuilt.excluded.values())
    assert rebuilt.revenue_cents == sum(document.cents for document in rebuilt.documents) + excluded
    for document in rebuilt.documents:
        assert document.cents == sum(cents for _account, _label, cents in document.lines)


@given(st.lists(entry, max_size=20), st.randoms())
def test_the_order_of_lines_changes_nothing(rows, random):
    rows = [any_line(*row) for row in rows]
    shuffled = list(rows)
    random.shuffle(shuffled)

    def content(found):
        return sorted((d.external_id, d.cents, d.vat_cents, d.is_paid, str(d.paid_on), d.number) for d in found)

    assert content(documents(*rows)) == content(documents(*shuffled))


def test_the_module_depends_on_no_database():
    assert not hasattr(fec_documents, "connection")
