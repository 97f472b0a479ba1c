"""The list of contacts: each attaches to its client by code, SIREN, or a name that is exact or was confirmed."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clients.folding import fold
from clients.imports.headings import FIELDS
from clients.master_data.alike import alike
from clients.master_data.cells import Email, Moment, Phone, Postcode, Siren, Siret, YesNo
from clients.master_data.columns import Column, words
from clients.master_data.matching import ClientIndex, Identity, described
from clients.master_data.resource import TableResource
from clients.models import Client, Contact

OF_A_PERSON = ("nom", "nom prenom", "nom et prenom")  # in a list of contacts, the contact's


class ContactResource(TableResource):
    columns = [
        Column(
            "client_code", gettext_lazy("Code client"), f"client confirme|code|{FIELDS['client_code']}", attribute=None
        ),
        Column(
            "client_name",
            gettext_lazy("Client"),
            "|".join(words(FIELDS["client"], but=OF_A_PERSON)),
            attribute=None,
        ),
        Column("client_siren", gettext_lazy("SIREN du client"), FIELDS["siren"], Siren(), attribute=None),
        Column("client_siret", gettext_lazy("SIRET du client"), FIELDS["siret"], Siret(), attribute=None),
        Column(
            "client_postcode", gettext_lazy("Code postal du client"), FIELDS["postcode"], Postcode(), attribute=None
        ),
        Column(
            "first_name", gettext_lazy("Prénom"), "first name|firstname|given name", attribute=None, is_written=False
        ),
        Column(
            "name",
            gettext_lazy("Nom du contact"),
            "contact|nom|nom prenom|nom et prenom|prenom nom|interlocuteur|nom complet|contact name|name|last name|"
            "lastname|full name",
        ),
        Column("role", gettext_lazy("Fonction"), "poste|role|titre|job title|job|position|qualite"),
        Column("phone", gettext_lazy("Téléphone"), f"{FIELDS['phone']}|telephone contact|tel contact", Phone()),
        Column("email", gettext_lazy("E-mail"), f"{FIELDS['email']}|email contact|contact email", Email()),
        Column("is_main", gettext_lazy("Contact principal"), "principal|main|main contact|primary contact", YesNo()),
        Column(
            "consented_at",
            gettext_lazy("Consentement"),
            "consentement recu le|consent|opt in|optin|rgpd|gdpr|consented at|accord",
            Moment(),
            keeps=True,
        ),
        Column(
            "consent_proof",
            gettext_lazy("Preuve du consentement"),
            "preuve consentement|source du consentement|origine du consentement|consent source|consent proof",
            keeps=True,
        ),
        Column(
            "objected_at",
            gettext_lazy("Opposition"),
            "opposition recue le|desinscrit|desinscription|opt out|optout|unsubscribed|do not contact|"
            "ne pas contacter|objected at",
            Moment(),
            keeps=True,
        ),
    ]
    needs = [frozenset({"client_code", "client_name", "client_siren", "client_siret"}), frozenset({"name", "email"})]
    lifted = "objected_at"
    dated = frozenset({"consented_at"})

    class Meta(TableResource.Meta):
        model = Contact
        store_instance = True

    def prepare(self, rows):
        self.identities = {row["line"]: Identity.of(row, "client_") for row in rows}
        self.index = ClientIndex(self.identities.values(), by=self.by)
        self.clients: dict[str, Client | ValidationError | None] = {}
        for line, identity in self.identities.items():
            try:
                self.clients[line] = self._client(identity)
            except ValidationError as error:
                self.clients[line] = error
        unknown = {self.identities[line] for line, client in self.clients.items() if client is None}
        self.suggested = alike((one.named(one.name) for one in unknown if one.name), by=self.by)
        self._confirm()
        self._read_contacts()
        self.mains: dict[int, str] = {}

    def find(self, row):
        client = self._client_of(row)
        email = Email().clean(row.get("email", ""))
        for key in (("email", email), ("name", fold(self._name(row)))):
            if key[1] and (found := self.contacts.get((client.pk, *key))):
                return found
        return None

    def names_of(self, row):
        client = self._client_of(row)
        email, name = Email().clean(row.get("email", "")), fold(self._name(row))
        return [(client.pk, "email", email)] if email else [(client.pk, "name", name)]

    def init_instance(self, row=None):
        return Contact(client=self._client_of(row))

    def read_name(self, text, row):
        return self._name(row)

    def derive(self, instance, row):
        instance.name = instance.name or self._name(row)
        if not instance.name:
            raise ValidationError({"name": _("Ce contact n’a pas de nom. Ajoutez-le.")})

    def check(self, instance, row, *, is_new):
        main = self.mains.setdefault(instance.client_id, row["line"]) if instance.is_main else row["line"]
        if main != row["line"]:
            raise ValidationError(
                {"is_main": _("La ligne %(line)s nomme déjà le contact principal de ce client.") % {"line": main}}
            )

    def before_writing(self, instances):
        """A main contact takes that place from another."""
        mains = [contact for contact in instances if contact.is_main]
        others = Contact.objects.filter(client__in={contact.client_id for contact in mains}, is_main=True)
        others.exclude(pk__in=[contact.pk for contact in mains if contact.pk]).update(is_main=False)

    def dehydrate_client_code(self, contact):
        return contact.client.code

    def dehydrate_client_name(self, contact):
        return contact.client.name

    def dehydrate_client_siren(self, contact):
        return contact.client.siren

    def dehydrate_client_siret(self, contact):
        return contact.client.siret

    def dehydrate_client_postcode(self, contact):
        return contact.client.postcode

    def _client(self, identity):
        """The client that a row names, None when it is nobody known; a SIREN may do without its postcode."""
        if found := self.index.resolve(identity):
            return found
        if identity.siren and not identity.code:
            ids = self.index.found[("siren alone", identity.siren)]
            if len(ids) > 1:
                raise ValidationError(
                    _("Plusieurs clients ont ce SIREN. Ajoutez le code client, le SIRET ou le code postal du client.")
                )
            if ids:
                return self.index.clients[next(iter(ids))]
        return None if identity.code or identity.siren else self.index.named(identity.name)

    def _confirm(self):
        """What the person who imports said of names that resemble a client's, among what was suggested."""
        for line, client in self.clients.items():
            answers = self.suggested.get(self.identities[line].name, [])
            chosen = self.options.confirmed.get(self.identities[line].name)
            if client is None and chosen:
                self.clients[line] = next((one for one in answers if str(one.pk) == chosen), None)

    def _client_of(self, row):
        client = self.clients[row["line"]]
        if isinstance(client, ValidationError):
            raise client
        if client is not None:
            return client
        name = self.identities[row["line"]].name
        if answers := self.suggested.get(name):
            raise self.ask(name, row, [(f"{one.pk}|{name}", described(one)) for one in answers])
        raise ValidationError(
            _("Aucun client ne répond à « %(told)s ». Importez d’abord ce client, ou corrigez son code ou son nom.")
            % {"told": " / ".join(row[name] for name in row if name.startswith("client_") and row[name])[:120]}
        )

    def _read_contacts(self):
        ids = {client.pk for client in self.clients.values() if isinstance(client, Client)}
        self.contacts = {}
        for contact in Contact.objects.filter(client__in=ids).order_by("pk"):
            for kind, value in (("name", fold(contact.name)), ("email", contact.email.lower())):
                if value:
                    self.contacts.setdefault((contact.client_id, kind, value), contact)

    def _name(self, row):
        """First and last name together, when the file has them apart."""
        return " ".join(f"{row.get('first_name', '')} {row.get('name', '')}".split())
