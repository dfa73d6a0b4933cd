"""A request in the words of a tool: HTTP, curl, Python. Each is made from the call, with a stand-in where the key goes.

No view looks for a key in a finished request: the stand-in is chosen so that it stands there once.
"""

from __future__ import annotations

import pprint
import re
import shlex
import textwrap
from itertools import count
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import attrs
import orjson

from odoo_widgets.flow.calls import LOG_IN, Call
from odoo_widgets.flow.credential import MASK, Credential
from odoo_widgets.flow.formats import FORMATS
from odoo_widgets.flow.headers import NAMED, is_secret
from odoo_widgets.flow.operations import log_in
from odoo_widgets.flow.protocols import PROTOCOLS
from odoo_widgets.flow.protocols.execute_kw import KEY_HERE, service
from odoo_widgets.flow.server import Server
from odoo_widgets.flow.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable

    import httpx

WIDTH = 100


@attrs.frozen
class Scene:
    """All that a view is made of.

    Attributes:
        call: The call to show.
        settings: The settings that it was planned with.
        credential: A stand-in for the one that sends.
        server: What is known of the server.
        step: For a call of a step after the rows, what it is for, in words; else empty.
        guesses: Whether 0 stands in it for ids that only the rows before it tell.
    """

    call: Call
    settings: Settings
    credential: Credential
    server: Server
    step: str = ""
    guesses: bool = False

    def request(self) -> httpx.Request:
        """The request, with the stand-in's key and without the secrets among the settings' headers."""
        shown = {name: MASK if is_secret(name, text) else text for name, text in self.settings.headers.items()}
        # Settings are read through as a whole when they are made, which most samples can do without.
        settings = self.settings if shown == self.settings.headers else self.settings.replace(headers=shown)
        encode: Callable[..., httpx.Request] = PROTOCOLS[settings.endpoint.protocol].encode
        request = encode(self.call, settings, self.credential, self.server)
        if self.is_basic:
            # In base64, nobody could see where the key stands.
            request.headers[settings.place_of_key.name] = "".join(settings.place_of_key.around(self.credential))
        return request

    @property
    def is_basic(self) -> bool:
        """Whether the key goes out as HTTP Basic has it."""
        return self.settings.endpoint.protocol == "rest" and bool(self.settings.place_of_key.user)


def envelope(request: httpx.Request) -> str:
    """The request line and the headers."""
    lines = [f"{request.method} {request.url.raw_path.decode()}", f"Host: {request.headers['host']}"]
    return "\n".join([*lines, *(f"{name}: {value}" for name, value in _headers(request))])


def payload(request: httpx.Request) -> str:
    """The body, indented for reading."""
    kind = request.headers.get("content-type", "").partition(";")[0]
    return BODIES.get(kind, bytes.decode)(request.content)


def _json(content: bytes) -> str:
    return orjson.dumps(orjson.loads(content), option=orjson.OPT_INDENT_2).decode()


def _xml(content: bytes) -> str:
    tree = ET.fromstring(content)  # noqa: S314 - our own body
    ET.indent(tree)
    text = ET.tostring(tree, encoding="unicode")
    # A value is read in one line.
    return MEMBER.sub(r"<member>\1\2</member>", LEAF.sub(r"<value>\1</value>", EMPTY.sub(r"<\1></\1>", text)))


# How a key in base64 is shown.
BASIC = re.compile(r"Basic base64\((?P<inner>.*)\)")
EMPTY = re.compile(r"<(struct|data)>\s*</\1>")
LEAF = re.compile(r"<value>\s*(<(\w+)>[^<]*</\2>|<nil />)\s*</value>")
MEMBER = re.compile(r"<member>\s*(<name>[^<]*</name>)\s*(<value><(?:(\w+)>[^<]*</\3>|nil />)</value>)\s*</member>")

BODIES: dict[str, Callable[[bytes], str]] = {
    "application/json": _json,
    "application/xml": _xml,
    "text/xml": _xml,
}


def _headers(request: httpx.Request) -> list[tuple[str, str]]:
    # Each tool adds these two by itself.
    pairs = request.headers.multi_items()
    return [(name.title(), value) for name, value in pairs if name not in ("host", "content-length")]


def _http(scene: Scene) -> str:
    request = scene.request()
    return f"{envelope(request)}\n\n{payload(request)}".rstrip()


# --- views that run --------------------------------------------------------------------------------------------------


def _marked(scene: Scene) -> tuple[Scene, str, str]:
    """A scene with marks for the key and a user id that is not known.

    Returns:
        The scene, the mark of the key and that of the user id. Each stands just where it belongs.
    """
    unknown = PROTOCOLS[scene.settings.endpoint.protocol].LOGS_IN and scene.server.uid is None
    for number in count(1):
        key, uid = f"KEY{number}", 900_000_000 + number
        own = scene.credential
        credential = Credential(own.server, own.database, own.login, key, allow_http=True)
        server = attrs.evolve(scene.server, uid=uid) if unknown else scene.server
        marked = attrs.evolve(scene, credential=credential, server=server)
        request = marked.request()
        text = f"{request.url}{envelope(request)}{request.content.decode()}"
        wanted = 1 if unknown and scene.call.ask.method != LOG_IN else 0
        if text.count(key) == 1 and text.count(str(uid)) == wanted:
            return marked, key, str(uid)
    raise AssertionError


def _first(scene: Scene) -> Scene | None:
    """The login that has to come first; None where there is none."""
    unknown = PROTOCOLS[scene.settings.endpoint.protocol].LOGS_IN and scene.server.uid is None
    if not unknown or scene.call.ask.method == LOG_IN:
        return None
    return attrs.evolve(scene, call=Call(0, "", log_in()))


def _parts(text: str, words: dict[str, str], quote: Callable[[str], str]) -> list[str]:
    """Text as the quoted parts around the marks in it, each mark as its word."""
    pattern = "|".join(map(re.escape, words))
    return [words[part] if part in words else quote(part) for part in re.split(f"({pattern})", text) if part]


def _variables(scene: Scene) -> list[str]:
    """What the settings' headers take from the environment."""
    return [name for text in scene.settings.headers.values() for name in NAMED.findall(text)]


def _curl(scene: Scene) -> str:
    first = _first(scene)
    uid = f"ODOO_UID=$({_one_curl(first)} |\n  {READ_UID[scene.settings.endpoint.protocol]})\n\n" if first else ""
    return uid + _one_curl(scene)


# The user's id in the answer to a login.
READ_UID = {
    "jsonrpc": """grep -o '"result": *[0-9]*' | grep -o '[0-9]*$'""",
    "xmlrpc": "grep -o '<int>[0-9]*' | grep -o '[0-9]*$'",
}


KEY_OF_SHELL = '"$ODOO_API_KEY"'
# The key in a body, as the body's format writes it: a password may hold any character.
KEY_IN_BODY = {
    "jsonrpc": f"""\"$(printf %s {KEY_OF_SHELL} | sed 's/[\\\\"]/\\\\&/g')\"""",
    "xmlrpc": f"""\"$(printf %s {KEY_OF_SHELL} | sed 's/&/\\&amp;/g; s/</\\&lt;/g; s/>/\\&gt;/g')\"""",
}


def _one_curl(scene: Scene) -> str:
    marked, key, uid = _marked(scene)
    request = marked.request()
    words = {key: KEY_OF_SHELL, uid: '"$ODOO_UID"'}
    inside = words | {key: KEY_IN_BODY.get(scene.settings.endpoint.protocol, KEY_OF_SHELL)}
    taken = {f"${{{name}}}": f'"${name}"' for name in _variables(scene)}
    headers = (
        f"--user {''.join(_parts(basic['inner'], words, shlex.quote))}"
        if scene.is_basic and (basic := BASIC.fullmatch(value))
        # With nothing behind the colon curl would leave the header out.
        else f"--header {''.join(_parts(f'{name}: {value}' if value else f'{name};', words | taken, shlex.quote))}"
        for name, value in _headers(request)
    )
    # A program's arguments have a largest length, what comes through a pipe has none.
    text = "".join(_parts(request.content.decode(), inside, shlex.quote))
    body = f"printf %s {text} |\n  " if request.content else ""
    lines = [
        # --globoff: a brace or bracket in the URL is one.
        f"curl --silent --show-error --globoff --max-time {scene.settings.timeout:g} --request {request.method}",
        shlex.quote(str(request.url)),
        *headers,
        *(["--data-binary @-"] if request.content else []),
    ]
    return body + " \\\n  ".join(lines)


class _Name:
    """A name in a literal."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __repr__(self) -> str:
        return self.name


def _named(value: Any, names: dict[Any, _Name]) -> Any:
    """A value with names where the marks stand."""
    if isinstance(value, dict):
        return {each: _named(inner, names) for each, inner in value.items()}
    if isinstance(value, list):
        return [_named(inner, names) for inner in value]
    return names.get(value, value) if isinstance(value, str | int) else value


def _literal(value: Any) -> str:
    # No literal spans lines of its own: a text is written with its line feeds escaped.
    return textwrap.indent(pprint.pformat(value, width=WIDTH, sort_dicts=False), "    ")


def _python(scene: Scene) -> str:
    first = _first(scene)
    marked, key, _ = _marked(scene)
    words = {key: "key"} | {f"${{{name}}}": f'os.environ["{name}"]' for name in _variables(scene)}
    headers = "".join(
        f"    {name!r}: {_in_base64(basic['inner'], words)},\n"
        if scene.is_basic and (basic := BASIC.fullmatch(value))
        else f"    {name!r}: {' + '.join(_parts(value, words, repr)) or repr('')},\n"
        for name, value in _headers(marked.request())
    )
    protocol = scene.settings.endpoint.protocol
    imports, call, write = PYTHON[protocol]
    if scene.is_basic:
        imports = f"import base64\n{imports}"
    lines = [
        f"{imports}\n",
        'key = os.environ["ODOO_API_KEY"]',
        f"headers = {{\n{headers}}}\n\n",
        call.format(timeout=f"{scene.settings.timeout:g}"),
    ]
    if first is not None:
        lines.append(f"uid = {write(first)}")
    return "\n".join([*lines, f"answer = {write(scene)}", "print(answer)"])


def _in_base64(inner: str, words: dict[str, str]) -> str:
    return f'"Basic " + base64.b64encode(({" + ".join(_parts(inner, words, repr))}).encode()).decode()'


def _json_call(scene: Scene) -> str:
    marked, key, uid = _marked(scene)
    request = marked.request()
    names = {key: _Name("key"), int(uid): _Name("uid")}
    body = _literal(_named(orjson.loads(request.content), names))
    result = '["result"]' if scene.call.ask.method == LOG_IN else ""
    return f"call(\n    {str(request.url)!r},\n{body},\n){result}"


def _xml_call(scene: Scene) -> str:
    marked, _, uid = _marked(scene)
    _, method, arguments = service(scene.call, scene.settings, marked.credential, marked.server)
    names = {KEY_HERE: _Name("key"), int(uid): _Name("uid")}
    given = ",\n".join(_literal(_named(argument, names)) for argument in arguments)
    return f"call(\n    {str(marked.request().url)!r},\n    {method!r},\n{given},\n)"


def _rest_call(scene: Scene) -> str:
    request = _marked(scene)[0].request()
    kind = request.headers.get("content-type", "")
    literal = (
        f"orjson.dumps(\n{textwrap.indent(_literal(orjson.loads(request.content)), '    ')}\n    )"
        if kind == FORMATS["JSON"].content_type
        else repr(request.content or None)
    )
    return f"call(\n    {request.method!r},\n    {str(request.url)!r},\n    {literal},\n)"


JSON_IMPORTS = "import os\n\nimport httpx\nimport orjson"
XML_IMPORTS = "import os\nimport xmlrpc.client\n\nimport httpx"
JSON_CALL = """def call(url, body):
    answer = httpx.post(url, headers=headers, content=orjson.dumps(body), timeout={timeout})
    return answer.json()

"""
XML_CALL = """def call(url, method, *arguments):
    # XML reads a bare carriage return as a line feed.
    body = xmlrpc.client.dumps(arguments, method, allow_none=True).replace("\\r", "&#13;")
    answer = httpx.post(url, headers=headers, content=body.encode(), timeout={timeout})
    return xmlrpc.client.loads(answer.content)[0][0]

"""
REST_CALL = """def call(method, url, body):
    answer = httpx.request(method, url, headers=headers, content=body, timeout={timeout})
    return answer.text

"""
# For each protocol: what the code imports, how it calls, and the writer of one call.
PYTHON: dict[str, tuple[str, str, Callable[[Scene], str]]] = {
    "json2": (JSON_IMPORTS, JSON_CALL, _json_call),
    "jsonrpc": (JSON_IMPORTS, JSON_CALL, _json_call),
    "rest": (JSON_IMPORTS, REST_CALL, _rest_call),
    "xmlrpc": (XML_IMPORTS, XML_CALL, _xml_call),
}

VIEWS: dict[str, Callable[[Scene], str]] = {"http": _http, "curl": _curl, "python": _python}
