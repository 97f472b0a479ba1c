"""Who a client is: names, places, people, activity, needs."""

from django.utils.translation import gettext as _

from clients.exporting import Cell
from clients.figures import day
from clients.sectors import Section, written
from cockpit.columns.column import Column, Part, single
from cockpit.listing import ACTIVITY, CONTACT, NEEDS, ClientRow


def _section(row: ClientRow) -> Cell:
    letter = row.client.section
    return str(Section(letter).label) if letter else None


CODE = single("code", lambda w: _("Code"), lambda row: row.client.code, css="nowrap", sorts=True)
CLIENT = Column(
    "client",
    lambda w: _("Client"),
    (Part(lambda w: _("Client"), lambda row: row.client.name),),
    template="client",
    css="c-name",
    sorts=True,
)
CITY = single("ville", lambda w: _("Ville"), lambda row: row.client.city, sorts=True)
OWNER = single(
    "commercial",
    lambda w: w.firm.owner,
    lambda row: row.client.owner and str(row.client.owner),
    sorts=True,
)
WHO = (
    CODE,
    CLIENT,
    CITY,
    single("code_postal", lambda w: _("Code postal"), lambda row: row.client.postcode, sorts=True),
    OWNER,
    single(
        "remplacant", lambda w: _("Remplaçant"), lambda row: row.client.backup_owner and str(row.client.backup_owner)
    ),
    single("telephone", lambda w: _("Téléphone"), lambda row: row.phone, css="nowrap", needs=frozenset({CONTACT})),
    single("email", lambda w: _("E-mail"), lambda row: row.email, needs=frozenset({CONTACT})),
    single(
        "contact",
        lambda w: _("Contact"),
        lambda row: row.contact and row.contact.name,
        needs=frozenset({CONTACT}),
    ),
    single("siren", lambda w: "SIREN", lambda row: row.client.siren, css="num"),
    single("naf", lambda w: _("Code NAF"), lambda row: written(row.client.naf_code), css="nowrap"),
    single("secteur", lambda w: _("Secteur"), _section, sorts=True),
    single("activite", lambda w: _("Activité"), lambda row: row.activity, needs=frozenset({ACTIVITY})),
    single("besoins", lambda w: _("Besoins"), lambda row: ", ".join(row.needs), needs=frozenset({NEEDS})),
    single("depuis", lambda w: _("Client depuis"), lambda row: row.since, written=day, css="nowrap", sorts=True),
)
