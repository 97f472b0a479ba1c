"""What the compose file promises: health, no default secret, nothing published but the front, no root."""

import re
import subprocess

import pytest
import yaml

from tests.surroundings import ROOT

COMPOSE = (ROOT / "docker-compose.yml").read_text()
SERVICES = yaml.safe_load(COMPOSE)["services"]
OURS = ("prepare", "web", "worker", "beat", "backup")


def test_every_part_of_an_installation_is_there():
    assert set(SERVICES) == {"front", *OURS, "db", "redis"}
    assert SERVICES["db"]["image"] == "postgres:18"


@pytest.mark.parametrize("name", sorted(set(SERVICES) - {"prepare"}))
def test_every_service_tells_its_health(name):
    assert SERVICES[name]["healthcheck"]["test"]


def test_no_secret_has_a_default():
    variables = re.findall(r"\$\{(\w+)([^}]*)\}", COMPOSE)
    assert {name for name, _rest in variables} >= {"SECRET_KEY", "POSTGRES_PASSWORD", "REDIS_PASSWORD", "SITE_HOST"}
    assert all(rest.startswith(":?") for _name, rest in variables)


def test_the_example_holds_no_usable_value():
    lines = (ROOT / ".env.example").read_text().splitlines()
    assert all(line.endswith("=") for line in lines if line and not line.startswith("#"))


def test_only_the_front_is_published():
    assert [name for name, service in SERVICES.items() if "ports" in service] == ["front"]
    assert all(SERVICES[name]["networks"] == ["back"] for name in ("db", "redis"))
    assert yaml.safe_load(COMPOSE)["networks"]["back"]["internal"] is True


def test_the_queue_survives_and_never_forgets():
    command = " ".join(SERVICES["redis"]["command"])
    assert "--appendonly yes" in command
    assert "--maxmemory-policy noeviction" in command
    assert "--requirepass" in command


def test_pages_start_after_the_schema_is_ready():
    assert SERVICES["web"]["depends_on"]["prepare"]["condition"] == "service_completed_successfully"


@pytest.mark.parametrize("name", OURS)
def test_our_processes_have_no_right_they_do_not_need(name):
    assert SERVICES[name]["cap_drop"] == ["ALL"]
    assert SERVICES[name]["read_only"] is True


def test_the_image_does_not_run_as_root_and_checks_what_it_installs():
    dockerfile = (ROOT / "Dockerfile").read_text()
    assert re.search(r"^USER cap$", dockerfile, re.MULTILINE)
    assert "--require-hashes" in dockerfile


def test_no_secret_nor_data_goes_into_the_image():
    assert {".env", ".data", ".git"} <= set((ROOT / ".dockerignore").read_text().split())


def test_the_integration_script_is_sound():
    subprocess.run(["bash", "-n", ".ci/run"], cwd=ROOT, check=True)
    subprocess.run(["sh", "-n", "scripts/install.sh"], cwd=ROOT, check=True)
