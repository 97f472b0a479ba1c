"""Pictures of every screen for docs/screenshots/: a site of its own on the sample firm, the system's Chromium.

Each picture weighs 150 KB at most: a page that would not fit is cut lower down.
"""

import argparse
import os
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import zlib
from base64 import b64decode, b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urljoin

from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
TARGET = ROOT / "docs" / "screenshots"
LARGEST_BYTES = 150_000
TALLEST = 3200
LOOKS = {
    "": {"viewport": {"width": 1440, "height": 900}},
    "mobile": {"viewport": {"width": 390, "height": 844}, "has_touch": True},
    "sombre": {"viewport": {"width": 1440, "height": 900}, "color_scheme": "dark"},
    "impression": {"viewport": {"width": 794, "height": 1123}},
}
CHROMIUM = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
FLAGS += ["--disable-sync", "--no-first-run", "--disable-lcd-text"]


@dataclass(frozen=True)
class Screen:
    """One page: its picture's name, its address (or a link followed from another page), and who looks at it."""

    name: str
    path: str
    link: str = ""  # a selector on that page: the picture is of where it leads
    press: str = ""  # a button or a link of that page: the picture is of what comes next
    who: str = "direction"
    also: tuple[str, ...] = ("mobile",)  # among mobile, sombre, impression


SCREENS = (
    Screen("connexion", "/connexion/", who=""),
    Screen("tableau-de-bord", "/", also=("mobile", "sombre", "impression")),
    Screen("clients", "/clients/", also=("mobile", "sombre")),
    Screen(
        "fiche-client",
        "/actions/",
        link="main th a[href^='/clients/']",
        who="commercial",
        also=("mobile", "sombre", "impression"),
    ),
    Screen("a-risque", "/a-risque/", who="commercial", also=("mobile", "sombre", "impression")),
    Screen("a-risque-appel", "/a-risque/", link="a[href*='client=']", who="commercial"),
    Screen("actions", "/actions/", who="commercial"),
    Screen("mes-appels", "/a-risque/tournee/", who="commercial", press="Commencer mes appels"),
    Screen("bilan-des-appels", "/actions/bilan/"),
    Screen("reunion-du-lundi", "/reunion/"),
    Screen("opportunites", "/opportunites/", also=("mobile", "sombre", "impression")),
    Screen("opportunite", "/opportunites/", link="td.l3 a[href^='/opportunites/']"),
    Screen("offres", "/opportunites/offres/"),
    Screen("playbook", "/playbook/"),
    Screen("declencheurs", "/declencheurs/"),
    Screen("campagnes", "/campagnes/"),
    Screen("redaction", "/campagnes/?vue=brouillons", link="main th a", who="marketing", also=("mobile", "sombre")),
    Screen(
        "resultats", "/campagnes/?vue=terminees&page=1", link="main tr:last-child th a", also=("mobile", "impression")
    ),
    Screen("message-automatique", "/campagnes/automatiques/", link="main th a"),
    Screen("temps-et-budget", "/allocation/", who="manager"),
    Screen(
        "plan",
        "/allocation/",
        link="main .todo li:not(:has(.badge)) a",
        who="manager",
        also=("mobile", "sombre", "impression"),
    ),
    Screen(
        "prevu-et-realise", "/allocation/", link="main .todo li:has(.badge) a", who="manager", press="Prévu et réalisé"
    ),
    Screen("calendrier-des-contacts", "/allocation/calendrier/", who="commercial"),
    Screen("messages-et-preuves", "/reglages/messages/"),
    Screen("prospects", "/prospects/", also=("mobile", "sombre")),
    Screen("prospect", "/prospects/", link="main th a[href^='/prospects/']", also=("mobile",)),
    Screen("portrait", "/prospects/portrait/", also=("mobile", "sombre", "impression")),
    Screen("clients-partis", "/clients/partis/"),
    Screen("ambassadeurs", "/clients/ambassadeurs/"),
    Screen("paliers", "/segmentation/paliers/", also=("mobile",)),
    Screen("carte-rfm", "/segmentation/rfm/", also=("mobile", "sombre", "impression")),
    Screen("taille-et-comportement", "/segmentation/croisement/", also=("mobile",)),
    Screen("methode", "/segmentation/regles/", also=("mobile", "sombre")),
    Screen("versions", "/segmentation/regles/versions/"),
    Screen("mouvements", "/mouvements/", also=("mobile", "sombre", "impression")),
    Screen("note-de-direction", "/rapports/", also=("mobile", "sombre", "impression")),
    Screen("diagnostic-express", "/rapports/diagnostic/"),
    Screen("fiabilite", "/fiabilite/", also=("mobile",)),
    Screen("temps", "/temps/", also=("mobile",)),
    Screen("objectifs", "/objectifs/", also=("mobile",)),
    Screen("relation", "/relation/?onglet=couleurs", also=("mobile", "sombre")),
    Screen("relation-noter", "/relation/", link="main td a[href$='/noter/']", who="commercial"),
    Screen("besoins", "/besoins/", also=("mobile", "sombre")),
    Screen("besoin", "/besoins/", link="main th a[href^='/besoins/']"),
    Screen("croisement-des-besoins", "/besoins/croisement/"),
    Screen("importer", "/importer/"),
    Screen("preparer", "/importer/preparer/"),
    Screen("resultat-import", "/importer/historique/", link="main th a[href^='/importer/']"),
    Screen("premiers-pas", "/bienvenue/"),
    Screen("reglages", "/reglages/"),
    Screen("equipe", "/reglages/equipe/"),
    Screen("journal", "/reglages/journal/"),
)


@contextmanager
def site(folder: Path, port: int) -> Iterator[str]:
    """The address of a site serving the sample firm from this folder, stopped at the end."""
    environment = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "REDIS_URL")}
    with subprocess.Popen(
        [sys.executable, "manage.py", "serve", "--demo", "--port", str(port)],
        cwd=ROOT,
        env={**environment, "DATA_DIR": str(folder)},
        text=True,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
    ) as process:
        try:
            for line in process.stdout:
                print(line, end="", flush=True)
                if "est prêt : http" in line:
                    yield "http" + line.rpartition("http")[2].strip()
                    break
            else:
                raise SystemExit("le site ne démarre pas")
        finally:
            process.send_signal(signal.SIGINT)
            process.wait()


def logins(folder: Path) -> dict[str, tuple[str, str]]:
    """An address and its password for each role, as the sample firm's loading left them."""
    printed = subprocess.run(
        [sys.executable, "manage.py", "shell", "-v0", "-c", WHO],
        cwd=ROOT,
        env={**os.environ, "DATA_DIR": str(folder)},
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    passwords = dict(line.split("\t") for line in (folder / "demo-logins").read_text().splitlines())
    people = (line.split("\t") for line in printed.splitlines() if "\t" in line)
    return {role: (email, passwords[email]) for role, email in people if email in passwords}


WHO = """
from accounts.models import User
for user in User.objects.order_by("-id"):
    print(user.roles[0], user.email, sep="\\t")
"""


def visit(browser: Browser, address: str, login: tuple[str, str] | None, **looks) -> Page:
    """A page of a browser of its own, logged in when there is somebody to log in as."""
    page = browser.new_context(locale="fr-FR", timezone_id="Europe/Paris", reduced_motion="reduce", **looks).new_page()
    if login is not None:
        page.goto(f"{address}/connexion/")
        page.fill("input[name=login]", login[0])
        page.fill("input[name=password]", login[1])
        page.press("input[name=password]", "Enter")
        page.wait_for_url(lambda url: "/connexion/" not in url)
    return page


def lightened(picture: bytes, workshop: Page) -> bytes:
    """The same picture in its 256 commonest colours, the others replaced by the nearest: three times lighter."""
    found = workshop.evaluate(PALETTE, b64encode(picture).decode())
    width, height, pixels = found["width"], found["height"], b64decode(found["pixels"])
    rows = b"".join(b"\0" + pixels[line * width : (line + 1) * width] for line in range(height))
    header = struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"PLTE", bytes(found["palette"])), (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body)) for kind, body in chunks
    )


PALETTE = """
async picture => {
  const bitmap = await createImageBitmap(await (await fetch("data:image/png;base64," + picture)).blob());
  const {width, height} = bitmap;
  const context = new OffscreenCanvas(width, height).getContext("2d");
  context.drawImage(bitmap, 0, 0);
  const colours = new Uint32Array(context.getImageData(0, 0, width, height).data.buffer);
  const counts = new Map();
  for (const colour of colours) counts.set(colour, (counts.get(colour) || 0) + 1);
  const chosen = [...counts].sort((a, b) => b[1] - a[1]).slice(0, 256).map(([colour]) => colour);
  const parts = colour => [colour & 255, colour >> 8 & 255, colour >> 16 & 255];
  const palette = chosen.map(parts);
  const place = new Map(chosen.map((colour, index) => [colour, index]));
  const nearest = colour => {
    const [r, g, b] = parts(colour);
    let best = 0, least = Infinity;
    palette.forEach(([x, y, z], index) => {
      const distance = (r - x) ** 2 + (g - y) ** 2 + (b - z) ** 2;
      if (distance < least) [best, least] = [index, distance];
    });
    place.set(colour, best);
    return best;
  };
  const pixels = Uint8Array.from(colours, colour => place.has(colour) ? place.get(colour) : nearest(colour));
  let text = "";
  for (let at = 0; at < pixels.length; at += 32768) text += String.fromCharCode(...pixels.subarray(at, at + 32768));
  return {width, height, palette: palette.flat(), pixels: btoa(text)};
}
"""


def take(page: Page, workshop: Page, screen: Screen, address: str, name: str) -> None:
    """Writes one picture, cut where it would weigh too much; says so when the page is not there."""
    answer = page.goto(address + screen.path)
    if screen.link and answer.ok:
        link = page.locator(screen.link).first
        if link.count() == 0:
            print(f"- {name} : pas de lien {screen.link}")
            return
        answer = page.goto(urljoin(page.url, link.get_attribute("href")))
    if not answer.ok:
        print(f"- {name} : {answer.status}")
        return
    pressed = page.get_by_role("button", name=screen.press).or_(page.get_by_role("link", name=screen.press))
    if screen.press and pressed.count():
        pressed.first.click()
        page.wait_for_load_state()
    width = page.viewport_size["width"]
    height = min(TALLEST, page.evaluate("document.documentElement.scrollHeight"))
    picture = b""
    while not picture or len(picture) > LARGEST_BYTES:
        whole = page.screenshot(full_page=True, clip={"x": 0, "y": 0, "width": width, "height": height})
        picture = lightened(whole, workshop)
        height = int(height * 0.9)
    (TARGET / f"{name}.png").write_bytes(picture)
    print(f"✓ {name} ({len(picture) // 1000} Ko)")


def main(only: list[str], port: int) -> None:
    TARGET.mkdir(parents=True, exist_ok=True)
    chromium = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, CHROMIUM)), None)
    if chromium is None:
        raise SystemExit("Chromium manque : installez-le, ou nommez-le par CHROMIUM.")
    with tempfile.TemporaryDirectory() as folder, site(Path(folder), port) as address, sync_playwright() as playwright:
        people = logins(Path(folder))
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        workshop = browser.new_page()
        for look, options in LOOKS.items():
            pages = {}
            for screen in SCREENS:
                if (only and screen.name not in only) or (look and look not in screen.also):
                    continue
                if screen.who not in pages:
                    pages[screen.who] = visit(browser, address, people.get(screen.who), **options)
                    if look == "impression":
                        pages[screen.who].emulate_media(media="print")
                take(pages[screen.who], workshop, screen, address, "-".join(filter(None, (screen.name, look))))
        browser.close()


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("names", nargs="*", help="les écrans à refaire (tous par défaut)")
    arguments.add_argument("--port", type=int, default=8900)
    chosen = arguments.parse_args()
    main(chosen.names, chosen.port)
