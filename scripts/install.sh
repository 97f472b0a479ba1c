#!/bin/sh
# Makes the environment named by VENV and installs the pinned requirements in it. Quick when nothing changed.
set -eu
VENV="${VENV:-.venv}"

usable() {
    command -v "$1" >/dev/null 2>&1 &&
        "$1" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 14))' >/dev/null 2>&1
}

complete() {
    "$1" -c 'import ensurepip, venv' >/dev/null 2>&1
}

if ! usable "$VENV/bin/python"; then
    chosen=
    found=
    for candidate in ${PYTHON:-python3.14 python3.13 python3.12 python3.11 python3 python}; do
        usable "$candidate" || continue
        found="$candidate"
        if complete "$candidate"; then
            chosen="$candidate"
            break
        fi
    done
    if [ -z "$chosen" ] && [ -n "$found" ]; then
        echo "« $found » est là, mais sans de quoi créer un environnement (modules venv et ensurepip)." >&2
        echo "Installez-les (Debian, Ubuntu : « apt install python3-venv ») puis recommencez." >&2
        exit 1
    fi
    if [ -z "$chosen" ]; then
        echo "Cap Clients demande Python 3.11, 3.12, 3.13 ou 3.14 ; aucun n'a été trouvé." >&2
        echo "Installez-en un (https://www.python.org/downloads/), ou nommez-le : make install PYTHON=/chemin/python3.12" >&2
        exit 1
    fi
    echo "Création de l'environnement avec $("$chosen" --version)…"
    "$chosen" -m venv --clear "$VENV"
fi

# What is installed is known by the requirements' own text and by the interpreter, not by dates.
wanted="$("$VENV/bin/python" -c 'import hashlib, pathlib, sys; print(sys.version_info[:2], hashlib.sha256(pathlib.Path("requirements-dev.txt").read_bytes()).hexdigest())')"
if [ "$(cat "$VENV/.installed" 2>/dev/null || true)" != "$wanted" ]; then
    echo "Installation des bibliothèques (une minute environ)…"
    rm -f "$VENV/.installed"
    "$VENV/bin/python" -m pip install -qq --disable-pip-version-check --require-hashes -r requirements-dev.txt || {
        echo "L'installation a échoué : vérifiez l'accès au réseau (ou au miroir de paquets), puis recommencez." >&2
        exit 1
    }
    printf '%s\n' "$wanted" > "$VENV/.installed"
fi

"$VENV/bin/python" scripts/messages.py --compile-only
