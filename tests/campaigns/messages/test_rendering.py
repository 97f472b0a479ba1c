"""A message as it is received: personal, safe whatever people are called, and nothing but what was meant."""

import itertools
import re

import pytest
from django.conf import settings
from django.core.exceptions import ValidationError

from campaigns.messages.placeholders import KNOWN, parsed
from campaigns.messages.rendering import Frame, compose

STOP, ANSWER = "https://site.example/stop/1/", "https://site.example/r/1/"


def filled(body="Bonjour", subject="Objet", tracked=None, **values):
    return compose(subject, body, Frame("Cabinet Vidal", "1 rue du Lac", "Claire")).filled(
        values, objection=STOP, answer=ANSWER, tracked=tracked or {}
    )


def test_fields_are_filled_in_the_subject_in_html_and_in_text():
    mail = filled("Bonjour **{prenom|à vous}** de {client}", "Pour {client}", prenom="Jo", client="A & B")
    assert mail.subject == "Pour A & B"
    assert "<strong>Jo</strong> de A &amp; B" in mail.html
    assert "Bonjour Jo de A & B" in mail.text


def test_what_is_not_known_gives_its_fallback():
    assert "Bonjour à vous !" in filled("Bonjour {prenom|à vous} !").text


def test_doubled_braces_write_one():
    assert "{prenom}" in filled("{{prenom}}").text


def test_every_message_says_who_writes_and_how_to_stop():
    mail = filled()
    for part in (mail.html, mail.text):
        assert "Cabinet Vidal · 1 rue du Lac" in part
        assert STOP in part


def test_links_lead_through_ours_in_both_parts():
    body = "[Voir](https://ici.example/a?b=1&c=2) puis [répondre]({lien_reponse})"
    mail = filled(body, tracked={"https://ici.example/a?b=1&c=2": "https://site.example/l/1/x/"})
    for part in (mail.html, mail.text):
        assert "ici.example" not in part
        assert "https://site.example/l/1/x/" in part
        assert ANSWER in part


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("un\ndeux {toto}", "Ligne 2, colonne 6"),
        ("{prenoms}", "Vouliez-vous {prenom}"),
        ("{prenom", "pas fermée"),
        ("prenom}", "pas fermée, ou de trop"),
        ("{client.owner.password}", "n’est pas un champ connu"),
        ("[x](https://x.example/{client})", "dans l’adresse d’un lien"),
        ("[x](ftp://x.example/)", "commencez-la par https://"),
    ],
)
def test_what_cannot_be_read_says_where_and_the_way_out(text, said):
    with pytest.raises(ValidationError) as refusal:
        compose("Objet", text)
    assert said in refusal.value.messages[0]


SECRETS = ["settings.SECRET_KEY", "client.owner.password", "user.password", "self.__class__", "7*7", "request.META"]
SHAPES = """
    {§} {{§}} {{%§}} {%§%} {%debug%}§ ${§} #{§} <%=§%> {0.§} {§!r} {§:>30} {prenom.§} {prenom|§} {prenom[§]} {{.§}}
    {{prenom|safe|§}} {§|length} {{{§}}} {§}{prenom} %(§)s @{§} *{§} [[§]] {{=§}} {#§#} {{'§'.__init__}} {php}§{/php}
    {{constructor('§')()}} {!!§!!} {{range.constructor('§')()}} {{_self.env.§}} {$§} ~{§} {%import'§'%} {%include'§'%}
    {{lipsum.__globals__['§']}} {{cycler.__init__.§}} {{config.§}} {f'§'} {__import__('§')}
    {client|attr('§')} {{§|join}}    {{request|attr('§')}} {%set(x=§)%} {%with(§)%} {{()|attr('§')}}
    {{g.§}} {{url_for.§}} {{session.§}} {%raw%}§{%end%}
"""


def payloads():
    """Three hundred ways to make a template engine talk."""
    return [shape.replace("§", secret) for shape, secret in itertools.product(SHAPES.split(), SECRETS)]


def test_three_hundred_templates_are_refused_or_harmless_wherever_they_stand():
    tried = payloads()
    assert len(tried) >= 300
    hidden = [settings.SECRET_KEY, "pbkdf2_", "argon2", "<class", "49"]
    for payload in tried:
        for where in ("body", "subject", "client", "prenom"):
            values = {"client": "C", "prenom": "P", "body": "{client} {prenom}", "subject": "{client}"} | {
                where: payload
            }
            try:
                mail = filled(values.pop("body"), values.pop("subject"), **values)
            except ValidationError:
                assert where in ("body", "subject")
                continue
            content = mail.subject + mail.text + re.sub(r"style=\"[^\"]*\"|<head>.*</head>", "", mail.html, flags=re.S)
            assert not any(secret in content.replace(payload, "") for secret in hidden)


VECTORS = """
<script>alert(1)</script>
<img src=x onerror=alert(1)>
<svg onload=alert(1)>
<a href='javascript:alert(1)'>x</a>
[x](javascript:alert(1))
[x](JaVaScRiPt:alert(1))
[x](data:text/html,<script>alert(1)</script>)
![x](https://spy.example/p.gif)
<iframe src=https://spy.example></iframe>
<style>body{display:none}</style>
<body onload=alert(1)>
<math><mi//xlink:href='data:x'>
`<script>`
<x onclick=alert(1)>
<form action=https://spy.example><input>
<object data=x>
<embed src=x>
<base href=https://spy.example>
<meta http-equiv=refresh content=0>
" onmouseover="alert(1)
'><script>alert(1)</script>
&lt;script&gt;
<<script>script>alert(1)//<</script>
[x](vbscript:msgbox(1))
<a href="&#106;avascript:alert(1)">x</a>
"""
LIVE = re.compile(
    r"<(script|iframe|img|svg|object|embed|form|math|base|style)\b|<[^<>]*\son\w+\s*="
    r"|<a\b[^<>]*href=\"(?!https?:|mailto:)",
    re.IGNORECASE,
)


@pytest.mark.parametrize(
    "wrapped", ["{}", "a {} b", "> {}", "- {}", "**{}**", "# {}", "x\n\n{}", "[{}](https://ici.example/)"]
)
def test_two_hundred_scripts_run_nowhere(wrapped):
    for vector in VECTORS.strip().splitlines():
        for where in ("body", "client"):
            try:
                mail = filled(wrapped.replace("{}", vector) if where == "body" else "{client}", client=vector)
            except ValidationError:
                continue
            assert not LIVE.search(mail.html), (vector, wrapped, where)


@pytest.mark.parametrize("end", ["\r\n", "\n", "\r", "\u2028", "\x0b", "\x00"])
def test_no_value_breaks_the_line_of_a_subject(end):
    mail = filled(subject="Pour {client}", client=f"A{end}Bcc: tous@x.example")
    assert mail.subject.splitlines() == [mail.subject]
    assert "\x00" not in mail.subject


def test_every_field_has_a_label_and_is_read_back():
    for name, field in KNOWN.items():
        (part,) = parsed("{" + name + "}")
        assert part.name == name
        assert str(field.label)
