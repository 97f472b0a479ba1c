"""The words that invented clients are made of. Nothing here names a real company or person.

Telephone numbers come from two of the blocks that ARCEP reserves for fiction, addresses end in `.example` (RFC 2606).
"""
# ruff: noqa: SIM905 - three lines of names read better than a hundred of them

from typing import NamedTuple

PHONE_BLOCK = "05 36 49"
MOBILE_BLOCK = "06 39 98"

SURNAMES = (
    "Abadie Astruc Barthe Bascou Batmale Bégué Bordenave Bouzigues Cabrol Cailhau Capdeville Carrère Castéra Cazenave "
    "Claverie Couderc Dabadie Darrieux Daubas Delmas Dufau Dupouy Escande Estève Etcheverry Fauré Fourcade Galy "
    "Garrigues Gleyze Labat Laborde Ladevèze Lagarde Lahitte Lamothe Lannes Larrieu Lasserre Latapie Laffont Lestrade "
    "Loubère Maurin Mazières Mirande Monié Nougaret Noël Oustric Palassin Peyre Pouget Puech Rascol Rouquette Sabatier "
    "Salles Sarrazin Sentenac Serres Soula Tachoires Teulade Tissot Tournier Vaysse Vergnes Viala Vignaux Ybarra "
    "Belkacem Diallo Ferreira Nguyen Ortega Pereira Rossi Traoré Zidi"
).split()

MEN = (
    "Alain André Antoine Baptiste Bruno Cédric Christophe Damien David Didier Éric Étienne Fabien Florent Franck "
    "Gilles Grégory Hugo Jérôme Karim Laurent Loïc Lucas Mathieu Mehdi Nicolas Olivier Pascal Patrick Quentin Rémi "
    "Romain Sébastien Stéphane Sylvain Vincent Yann Xavier"
).split()
WOMEN = (
    "Agnès Aïcha Amélie Anne Audrey Béatrice Camille Caroline Cécile Chantal Delphine Élodie Émilie Fatima Florence "
    "Françoise Hélène Inès Isabelle Jeanne Julie Karine Laure Lucie Magali Manon Marion Martine Mélanie Nathalie "
    "Noémie Patricia Sabrina Sandrine Sarah Sophie Sylvie Valérie Virginie"
).split()

PLACES = (
    "du Pont-Vieux",
    "des Trois-Fontaines",
    "du Pré-Haut",
    "de la Halle",
    "des Tilleuls",
    "du Vieux-Lavoir",
    "des Quatre-Vents",
    "du Moulin-Bas",
    "de la Treille",
    "des Mûriers",
    "du Grand-Rond",
    "de l’Écluse",
    "des Remparts",
    "du Belvédère",
    "des Capucins",
    "de la Palombe",
)


class Trade(NamedTuple):
    """A line of business: its NAF code (rév. 2) and the names its companies take, {s} a surname, {p} a place."""

    naf: str
    names: tuple[str, ...]


TRADES = (
    Trade("10.71C", ("Boulangerie {s}", "Fournil {p}")),
    Trade("45.20A", ("Garage {s}", "Garage {p}")),
    Trade("47.73Z", ("Pharmacie {s}", "Pharmacie {p}")),
    Trade("56.10A", ("Restaurant La Table {s}", "Auberge {p}")),
    Trade("43.22A", ("{s} Plomberie Chauffage", "Plomberie {s} et Fils")),
    Trade("43.21A", ("{s} Électricité", "Électricité {s}")),
    Trade("43.32A", ("Menuiserie {s}", "Atelier Bois {s}")),
    Trade("43.99C", ("Maçonnerie {s}", "{s} Bâtiment")),
    Trade("49.41A", ("Transports {s}", "{s} Logistique")),
    Trade("62.01Z", ("{s} Logiciels", "Atelier Numérique {s}")),
    Trade("71.11Z", ("{s} Architectes", "Atelier d’architecture {s}")),
    Trade("86.23Z", ("Cabinet dentaire {s}", "Cabinet dentaire {p}")),
    Trade("96.02A", ("Salon {s} Coiffure", "Coiffure {p}")),
    Trade("47.76Z", ("Fleurs {s}", "Fleuriste {p}")),
    Trade("47.78A", ("Optique {s}", "Optique {p}")),
    Trade("55.10Z", ("Hôtel {s}", "Hôtel {p}")),
    Trade("01.21Z", ("Domaine {s}", "Vignobles {s}")),
    Trade("47.22Z", ("Boucherie {s}", "Boucherie {p}")),
    Trade("81.21Z", ("{s} Propreté", "Nettoyage {s}")),
    Trade("68.31Z", ("Agence immobilière {s}", "Immobilier {p}")),
    Trade("85.53Z", ("Auto-école {s}", "Auto-école {p}")),
    Trade("25.62B", ("{s} Mécanique de précision", "Usinage {s}")),
    Trade("18.12Z", ("Imprimerie {s}", "Imprimerie {p}")),
    Trade("47.59A", ("Meubles {s}", "Maison {s} Mobilier")),
    Trade("70.22Z", ("{s} Conseil", "Cabinet {s} Stratégie")),
    Trade("73.11Z", ("Agence {s} Communication", "Studio {s}")),
    Trade("81.30Z", ("{s} Paysages", "Jardins {p}")),
    Trade("75.00Z", ("Clinique vétérinaire {s}", "Vétérinaires {p}")),
    Trade("01.13Z", ("Maraîchage {s}", "Les Jardins de {s}")),
    Trade("46.31Z", ("{s} Primeurs", "Grossiste {s} Fruits")),
    Trade("46.61Z", ("{s} Matériel agricole", "Motoculture {s}")),
    Trade("25.11Z", ("Charpentes métalliques {s}", "Métallerie {s}")),
    Trade("43.91B", ("Couverture {s}", "Toitures {s}")),
    Trade("43.34Z", ("Peinture {s}", "{s} Décoration")),
    Trade("43.33Z", ("Carrelages {s}", "{s} Sols")),
    Trade("71.12B", ("Bureau d’études {s}", "{s} Ingénierie")),
    Trade("93.13Z", ("Salle de sport {s}", "Forme {p}")),
    Trade("88.91A", ("Crèche {p}", "Micro-crèche {p}")),
    Trade("86.90D", ("Cabinet infirmier {s}", "Infirmiers {p}")),
    Trade("47.11B", ("Épicerie {s}", "Épicerie {p}")),
    Trade("47.71Z", ("Boutique {s}", "Prêt-à-porter {s}")),
    Trade("47.64Z", ("Sports {s}", "Cycles {s}")),
    Trade("11.02B", ("Cave {s}", "Vinification {s}")),
    Trade("49.32Z", ("Taxis {s}", "Ambulances et taxis {s}")),
    Trade("96.01B", ("Pressing {s}", "Pressing {p}")),
    Trade("74.20Z", ("Photographie {s}", "Studio photo {p}")),
    Trade("47.62Z", ("Maison de la presse {s}", "Papeterie {p}")),
    Trade("33.12Z", ("{s} Maintenance industrielle", "Ateliers {s}")),
)

TOWNS = (
    ("31000", "Toulouse"),
    ("33000", "Bordeaux"),
    ("64000", "Pau"),
    ("31700", "Blagnac"),
    ("47000", "Agen"),
    ("82000", "Montauban"),
    ("81000", "Albi"),
    ("31600", "Muret"),
    ("65000", "Tarbes"),
    ("32000", "Auch"),
    ("64100", "Bayonne"),
    ("24000", "Périgueux"),
    ("46000", "Cahors"),
    ("09000", "Foix"),
    ("40000", "Mont-de-Marsan"),
    ("81100", "Castres"),
    ("33500", "Libourne"),
    ("12000", "Rodez"),
    ("40100", "Dax"),
    ("24100", "Bergerac"),
    ("64200", "Biarritz"),
    ("09100", "Pamiers"),
    ("47300", "Villeneuve-sur-Lot"),
    ("31800", "Saint-Gaudens"),
    ("81600", "Gaillac"),
    ("46100", "Figeac"),
    ("82200", "Moissac"),
    ("47200", "Marmande"),
    ("32100", "Condom"),
    ("24200", "Sarlat-la-Canéda"),
    ("65100", "Lourdes"),
)

ROLES = ("Gérant", "Directeur général", "Président", "Associé")
ROLES_F = ("Gérante", "Directrice générale", "Présidente", "Associée")
ASSISTANTS = ("Responsable administrative", "Assistante de gestion", "Comptable", "Responsable paie")


class SampleService(NamedTuple):
    """A service of the catalogue; recurring when billed every month without a new decision of the client."""

    name: str
    family: str
    is_recurring: bool = False


SERVICES = (
    SampleService("Tenue comptable mensuelle", "Comptabilité", is_recurring=True),
    SampleService("Révision et bilan", "Comptabilité"),
    SampleService("Paie", "Social", is_recurring=True),
    SampleService("Déclarations fiscales", "Fiscal et juridique"),
    SampleService("Juridique annuel", "Fiscal et juridique"),
    SampleService("Tableaux de bord", "Conseil", is_recurring=True),
    SampleService("Conseil en gestion", "Conseil"),
    SampleService("Création d’entreprise", "Conseil"),
    SampleService("Audit", "Conseil"),
    SampleService("Formation", "Conseil"),
    SampleService("Facturation électronique", "Numérique"),
    SampleService("Accompagnement RH", "Social"),
)
BOOKKEEPING, ACCOUNTS, PAYROLL, TAX, LEGAL, DASHBOARDS, ADVICE, CREATION, AUDIT, TRAINING, EINVOICING, HR = range(12)

STREETS = (
    "rue de la Treille",
    "avenue du Canal",
    "place de la Halle",
    "rue des Tanneurs",
    "chemin du Pré-Haut",
    "boulevard des Remparts",
    "allée des Mûriers",
    "rue du Four-à-Chaux",
    "zone artisanale du Moulin-Bas",
    "quai des Bateliers",
    "route de la Palombe",
    "impasse du Lavoir",
)
