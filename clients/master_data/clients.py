"""The list of clients."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from clients.folding import fold
from clients.imports.headings import FIELDS
from clients.master_data.alike import alike
from clients.master_data.cells import (
    STAFF,
    Choice,
    Country,
    Day,
    Email,
    LeftError,
    Lines,
    Naf,
    Phone,
    Postcode,
    Siren,
    Siret,
    Staff,
    Vat,
)
from clients.master_data.columns import Column
from clients.master_data.matching import ClientIndex, Identity, agree_on_siren, described, remember
from clients.master_data.people import FollowedResource
from clients.models import Client

KINDS = {
    Client.Kind.COMPANY: "societe|professionnel|pro|b2b|business|personne morale",
    Client.Kind.PERSON: "personne|individual|private|b2c|personne physique|individu",
}

NAMING = {"head", "recommended_by"}  # the columns that name another client


class ClientResource(FollowedResource):
    columns = [
        Column("code", gettext_lazy("Code client"), f"code|{FIELDS['client_code']}"),
        Column("name", gettext_lazy("Nom"), FIELDS["client"]),
        Column(
            "kind", gettext_lazy("Nature"), "type|type client|type de client|kind", Choice(Client.Kind.choices, KINDS)
        ),
        Column("siren", "SIREN", FIELDS["siren"], Siren()),
        Column("siret", "SIRET", FIELDS["siret"], Siret()),
        Column("vat_number", gettext_lazy("N° de TVA"), FIELDS["vat_number"], Vat()),
        Column("naf_code", gettext_lazy("Code NAF"), "naf|ape|code ape|activite|naf code|industry code", Naf()),
        Column("naf_nomenclature", gettext_lazy("Nomenclature NAF"), "nomenclature|nomenclature ape"),
        Column("workforce", gettext_lazy("Effectif"), STAFF, Staff()),
        Column("address", gettext_lazy("Adresse"), FIELDS["address"]),
        Column("postcode", gettext_lazy("Code postal"), FIELDS["postcode"], Postcode()),
        Column("city", gettext_lazy("Ville"), FIELDS["city"]),
        Column("country", gettext_lazy("Pays"), "country|code pays|country code|billing country", Country()),
        Column("email", gettext_lazy("E-mail"), FIELDS["email"], Email()),
        Column("phone", gettext_lazy("Téléphone"), FIELDS["phone"], Phone()),
        Column(
            "client_since",
            gettext_lazy("Client depuis"),
            "date de creation|date creation|date d entree|premiere facture|client since|customer since|depuis",
            Day(),
        ),
        Column(
            "owner",
            pgettext_lazy("who looks after a client", "Commercial"),
            f"{FIELDS['owner']}|suivi par|owner|portefeuille",
            attribute="owner_id",
        ),
        Column(
            "backup_owner",
            gettext_lazy("Remplaçant"),
            "remplacante|suppleant|second interlocuteur|backup|backup owner|deputy",
            attribute="backup_owner_id",
        ),
        Column(
            "recommended_by",
            gettext_lazy("Recommandé par"),
            "recommandation|parrain|prescripteur|apporteur|recommended by|referred by|referrer",
            attribute="recommended_by_id",
        ),
        Column(
            "head",
            gettext_lazy("Groupe"),
            "holding|maison mere|societe mere|code groupe|head|parent company|group",
            attribute="head_id",
        ),
        Column(
            "notes",
            gettext_lazy("Notes"),
            "note|commentaire|commentaires|remarque|remarques|observations|comment|comments",
            Lines(),
        ),
    ]
    needs = [frozenset({"name", "code", "siret", "siren", "vat_number", "email"})]

    class Meta(FollowedResource.Meta):
        model = Client
        store_instance = True

    def prepare(self, rows):
        self.read_people()
        self.identities = {row["line"]: Identity.of(row) for row in rows}
        self.index = ClientIndex(self.identities.values(), by=self.by)
        self._read_heads(rows)
        resolved = {line: self._known(identity) for line, identity in self.identities.items()}
        new = [self.identities[line].named(line) for line, client in resolved.items() if client is None]
        self.doubles = alike((one for one in new if one.name), by=self.by)

    def find(self, row):
        return self.index.resolve(self.identities[row["line"]], by_name=self.options.knows_names)

    def names_of(self, row):
        identity = self.identities[row["line"]]
        given = identity.values()
        return [pair for pair in given if pair[0] in ("code", "siret")] or given or [("name", identity.name)]

    def derive(self, instance, row):
        if not instance.name and instance.pk is None:
            raise ValidationError({"name": _("Ce client n’est pas connu et n’a pas de nom. Ajoutez-le.")})
        if not instance.name:
            raise ValidationError({"name": _("Un client garde un nom. Écrivez-le.")})
        agree_on_siren(instance, row)

    def check(self, instance, row, *, is_new):
        if instance.head_id and instance.head_id == instance.pk:
            raise ValidationError({"head_id": _("Un client n’est pas son propre groupe. Videz cette cellule.")})
        if instance.recommended_by_id and instance.recommended_by_id == instance.pk:
            raise ValidationError(
                {"recommended_by_id": _("Un client ne se recommande pas lui-même. Videz cette cellule.")}
            )
        if is_new and (doubles := self.doubles.get(row["line"])):
            self.report.warn(
                _("« %(name)s » sera créé et ressemble à %(others)s. Si c’est le même, donnez-lui le même code.")
                % {"name": instance.name, "others": ", ".join(described(client) for client in doubles)},
                int(row["line"]),
            )

    def after_writing(self, instances, *, are_new):
        remember(instances)

    def read_head(self, text, row):
        found = self._named(text)
        if len(found) != 1:
            raise ValueError(
                _(
                    "Ce groupe n’est pas un client connu, ou plusieurs répondent. Écrivez son code, après l’avoir "
                    "importé."
                )
            )
        return next(iter(found))

    def read_recommended_by(self, text, row):
        found = self._named(text)
        if len(found) != 1:
            raise LeftError(
                _("« %(name)s » n’est pas un client connu, ou plusieurs répondent : rien n’y change. Écrivez son code.")
                % {"name": text[:80]}
            )
        return next(iter(found))

    def show_recommended_by(self, pk):
        return self.head_names.get(pk, "")

    def dehydrate_recommended_by(self, client):
        by = client.recommended_by
        return (by.code or by.name) if by else ""

    def show_head(self, pk):
        return self.head_names.get(pk, "")

    def dehydrate_head(self, client):
        return (client.head.code or client.head.name) if client.head else ""

    def _known(self, identity):
        try:
            return self.index.resolve(identity, by_name=self.options.knows_names)
        except ValidationError:
            return False

    def _named(self, text):
        """The clients that this cell may name."""
        return self.heads.get(" ".join(text.split())) or self.heads.get(fold(text)) or set()

    def _read_heads(self, rows):
        """The clients that the columns of groups and of recommendations name: by code, else by exact name."""
        self.heads, self.head_names = {}, {}
        texts = {" ".join(row[name].split()) for row in rows for name in NAMING if row.get(name)}
        if not texts and not self.present & NAMING:
            return
        visible = Client.objects.visible_to(self.by)
        for pk, code, name in visible.filter(code__in=texts).values_list("pk", "code", "name"):
            self.heads.setdefault(code, set()).add(pk)
            self.head_names[pk] = name
        folded = {fold(text) for text in texts - self.heads.keys()}
        for pk, sort_name, name in visible.filter(sort_name__in=folded).values_list("pk", "sort_name", "name"):
            self.heads.setdefault(sort_name, set()).add(pk)
            self.head_names[pk] = name
        known = self.index.clients.values()
        former = {pk for client in known for pk in (client.head_id, client.recommended_by_id) if pk}
        former -= self.head_names.keys()
        self.head_names |= dict(Client.objects.filter(pk__in=former).values_list("pk", "name"))
