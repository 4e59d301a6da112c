#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Follow every link of a Redfish service, and hold it to what is known.

Each resource is looked at by itself (type, properties, ETag, Allow, address),
each action, message and schema that it names is looked for, and links that
the schemas have in both directions must be there in both. Whoever logs in
should be an administrator; nothing is changed, but each PATCH that must be
refused is tried.

Usage: walk.py [--user NAME:PASSWORD] [--families FILE] URL

URL is http://HOST:PORT, https://HOST:PORT (the certificate is not checked)
or unix:PATH. --families names a list of what must have been found. Prints
what is wrong, a line each, and ends with status 1 if there is anything.
"""

import argparse
import base64
import http.client
import json
import pathlib
import re
import socket
import ssl
import sys
import urllib.parse

from facts import Facts

ROOT = "/redfish/v1/"
TYPE = re.compile(r"#(\w+)(?:\.(v\d+_\d+_\d+))?\.(\w+)")
MESSAGE = re.compile(r"(\w+)\.(\d+)\.(\d+)(?:\.\d+)?\.(\w+)")

# What one side says of the other, the other says of it.
BOTH_WAYS = [
    ("ComputerSystem", "Links/Chassis", "Chassis", "Links/ComputerSystems"),
    ("ComputerSystem", "Links/ManagedBy", "Manager",
     "Links/ManagerForServers"),
    ("Chassis", "Links/ManagedBy", "Manager", "Links/ManagerForChassis"),
    ("Chassis", "Links/ManagersInChassis", "Manager",
     "Links/ManagerInChassis"),
    ("Chassis", "Links/Drives", "Drive", "Links/Chassis"),
    ("Chassis", "Links/Storage", "Storage", "Links/Enclosures"),
    ("Chassis", "Links/Processors", "Processor", "Links/Chassis"),
    ("ComputerSystem", "Links/TrustedComponents", "TrustedComponent",
     "Links/ComponentsProtected"),
    ("SimpleStorage", "Links/Storage", "Storage", "Links/SimpleStorage"),
    ("PCIeFunction", "Links/Drives", "Drive", "Links/PCIeFunctions"),
    ("Volume", "Links/Drives", "Drive", "Links/Volumes"),
    ("ManagerAccount", "Links/Role", "Role", None),
]


class UnixConnection(http.client.HTTPConnection):
    """HTTP over a unix socket."""

    def __init__(self, path):
        super().__init__("localhost", timeout=60)
        self.unix_path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(60)
        self.sock.connect(self.unix_path)


class Client:
    """One connection to the service."""

    def __init__(self, url, user):
        self.connection = self.connect(url)
        self.login = {}
        if user:
            token = base64.b64encode(user.encode()).decode()
            self.login = {"Authorization": "Basic " + token}

    @staticmethod
    def connect(url):
        """Make the connection for an address."""
        scheme, _, rest = url.partition(":")
        if scheme == "unix":
            return UnixConnection(rest)
        if scheme == "http":
            return http.client.HTTPConnection(rest.strip("/"), timeout=60)
        context = ssl.create_default_context()
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        return http.client.HTTPSConnection(rest.strip("/"), timeout=60,
                                           context=context)

    def __call__(self, method, path, body=None, **headers):
        """Ask; returns status, headers and body as bytes."""
        headers = {name.replace("_", "-"): value
                   for name, value in headers.items()}
        if body is not None:
            headers["Content-Type"] = "application/json"
            body = json.dumps(body)
        self.connection.request(method, path, body, {**self.login, **headers})
        answer = self.connection.getresponse()
        return answer.status, answer.headers, answer.read()


def no_duplicates(pairs):
    """For json.loads(): an object with a name twice is no object."""
    names = [name for name, _ in pairs]
    if len(set(names)) != len(names):
        raise ValueError("a name is there twice")
    return dict(pairs)


def at(body, path):
    """The links below a path like Links/Chassis, as addresses."""
    for name in path.split("/"):
        body = body.get(name, {}) if isinstance(body, dict) else {}
    items = body if isinstance(body, list) else [body]
    return {item["@odata.id"].rstrip("/") for item in items
            if isinstance(item, dict) and "@odata.id" in item}


class Walk:
    """Everything that was found, and what is wrong about it."""

    def __init__(self, client, facts):
        self.client = client
        self.facts = facts
        self.seen = {}
        self.found = {}
        self.problems = []
        self.registries = {}
        self.schemas = set()
        self.settings = set()
        self.metadata = ""

    def report(self, where, what):
        """Something is wrong."""
        self.problems.append(f"{where}: {what}")

    def objects(self, value, where=""):
        """Each object in a value, with its place."""
        if isinstance(value, dict):
            yield where, value
            for name, item in value.items():
                yield from self.objects(item, f"{where}/{name}")
        elif isinstance(value, list):
            for i, item in enumerate(value):
                yield from self.objects(item, f"{where}/{i}")

    def fetch(self, uri):
        """GET of a resource; None if that is not one."""
        status, headers, data = self.client("GET", uri)
        if status != 200:
            self.report(uri, f"dead link, {status}")
            return None
        if not headers.get("Content-Type", "").startswith("application/json"):
            self.report(uri, "is no JSON")
            return None
        try:
            body = json.loads(data, object_pairs_hook=no_duplicates)
        except ValueError as err:
            self.report(uri, f"is no JSON: {err}")
            return None
        self.check_headers(uri, headers, body, data)
        return body

    def check_headers(self, uri, headers, body, data):
        """What goes with each resource."""
        etag = headers.get("ETag")
        if not etag or etag.startswith("W/"):
            self.report(uri, "has no strong ETag")
        elif body.get("@odata.etag", etag) != etag:
            self.report(uri, "header and body have different ETags")
        else:
            status, again, _ = self.client("GET", uri, If_None_Match=etag)
            if status != 304 and again.get("ETag") == etag:
                self.report(uri, "If-None-Match with its ETag is not 304")
        if headers.get("OData-Version") != "4.0":
            self.report(uri, "OData-Version is not 4.0")
        if "describedby" not in headers.get("Link", ""):
            self.report(uri, "no Link describes it")
        allow = re.split(r",\s*", headers.get("Allow", ""))
        if "GET" not in allow or "HEAD" not in allow:
            self.report(uri, "Allow has no GET or no HEAD")
        status, head, rest = self.client("HEAD", uri)
        if status != 200 or rest or any(
                head.get(name) != headers.get(name) for name in
                ("Allow", "Content-Type", "Link")):
            self.report(uri, "HEAD is not as GET")
        if head.get("ETag") == etag and (
                head.get("Content-Length") not in (None, str(len(data)))):
            self.report(uri, "HEAD has another Content-Length")

    def walk(self, uri):
        """Visit everything that can be reached."""
        todo = [uri]
        while todo:
            uri = todo.pop()
            uri, _, fragment = uri.partition("#")
            key = uri.rstrip("/")
            if key not in self.seen:
                self.seen[key] = body = self.fetch(uri)
                if body is not None:
                    self.visit(uri, body)
                    todo += [item["@odata.id"] for _, item in
                             self.objects(body)
                             if isinstance(item.get("@odata.id"), str)]
                    todo += [item["@Redfish.ActionInfo"] for _, item in
                             self.objects(body)
                             if isinstance(item.get("@Redfish.ActionInfo"),
                                           str)]
            if fragment and self.seen[key] is not None:
                self.check_fragment(key, fragment)

    def check_fragment(self, uri, fragment):
        """A link into a resource leads to something."""
        value = self.seen[uri]
        for name in fragment.strip("/").split("/"):
            try:
                value = value[int(name) if isinstance(value, list) else name]
            except (KeyError, ValueError, IndexError, TypeError):
                self.report(f"{uri}#{fragment}", "there is nothing")
                return

    def visit(self, uri, body):
        """One resource."""
        match = TYPE.fullmatch(str(body.get("@odata.type")))
        if not match:
            self.report(uri, "has no sound @odata.type")
            return
        name, version, last = match.groups()
        known = self.facts.types.get(name)
        self.found.setdefault(name, []).append(uri)
        if body.get("@odata.id", "").rstrip("/") != uri.rstrip("/"):
            self.report(uri, "@odata.id is another")
        context = f"/redfish/v1/$metadata#{name}.{last}"
        if body.get("@odata.context", context) != context:
            self.report(uri, "@odata.context is another")
        if known is None or last != name:
            self.report(uri, f"{name} is not in facts.txt")
            return
        if (version or "-") != known.version:
            self.report(uri, f"{name} {version} is not in facts.txt, "
                        f"but {known.version}")
        for _, item in self.objects(body.get("@Redfish.Settings", {})):
            self.settings |= at(item, "SettingsObject")
        if known.uris and uri.rstrip("/") not in self.settings and not any(
                pattern.fullmatch(uri) for pattern in known.uris):
            self.report(uri, f"the schema has no {name} here")
        self.facts.check(lambda where, what: self.report(uri + where, what),
                         body, known)
        self.check_collection(uri, body)
        for where, item in self.objects(body):
            self.check_object(uri, where, item)
        self.check_read_only(uri, body, known)

    def check_collection(self, uri, body):
        """Members are what is below it."""
        for member in at(body, "Members"):
            if not (member + "/").startswith(uri.rstrip("/") + "/"):
                self.report(uri, f"{member} is no member of it")

    def check_object(self, uri, where, item):
        """Things that are the same wherever they are."""
        message = item.get("MessageId")
        if isinstance(message, str) and "Message" in item:
            self.check_message(uri + where, item)
        if where.rpartition("/")[2].startswith("#"):
            self.check_action(uri + where, item)
        if "/Oem/" in where and "@odata.type" in item:
            self.check_oem(uri + where, item)

    def check_action(self, where, action):
        """An action has its target, and its ActionInfo fits."""
        target = action.get("target")
        if not isinstance(target, str):
            return
        status, headers, _ = self.client("OPTIONS", target)
        if status not in (200, 204) or "POST" not in headers.get("Allow", ""):
            self.report(where, "its target does not allow POST")
        info = action.get("@Redfish.ActionInfo")
        if not isinstance(info, str):
            return
        status, _, data = self.client("GET", info)
        if status != 200:
            self.report(where, f"its ActionInfo is a dead link, {status}")
            return
        for parameter in json.loads(data).get("Parameters", []):
            words = action.get(
                f"{parameter['Name']}@Redfish.AllowableValues")
            if words and sorted(words) != sorted(
                    parameter.get("AllowableValues", [])):
                self.report(where, f"ActionInfo allows other values of "
                            f"{parameter['Name']}")

    def check_message(self, where, item):
        """A message is one of a registry that the service names."""
        match = MESSAGE.fullmatch(item["MessageId"])
        if not match:
            return      # a log entry's own numbering
        prefix, major, minor, key = match.groups()
        registry = self.registries.get(f"{prefix}.{major}.{minor}")
        if registry is None:
            self.report(where, f"{item['MessageId']} is of no registry that "
                        "is named")
        elif registry and key not in registry.get("Messages", {}):
            self.report(where, f"{prefix} has no message {key}")

    def check_oem(self, where, item):
        """Our own objects have schemas of our own."""
        match = TYPE.fullmatch(item["@odata.type"])
        if not match or match[1] not in self.schemas:
            self.report(where, f"no schema for {item['@odata.type']}")
            return
        uri = f"{ROOT}JsonSchemas/{match[1]}"
        schema = self.own_schema(uri, match)
        if schema is None:
            self.report(where, f"{uri} does not lead to a schema")
            return
        for name in item:
            if "@" not in name and name not in schema:
                self.report(f"{where}/{name}",
                            "our own schema has no such property")

    def own_schema(self, uri, match):
        """The properties of one of our own types, or None."""
        versioned = f"{match[1]}.{match[2]}" if match[2] else match[1]
        for path in uri, f"{ROOT}JsonSchemas/{versioned}":
            status, _, data = self.client("GET", path)
            if status != 200:
                continue
            for location in json.loads(data).get("Location", []):
                if "Uri" not in location:
                    continue
                status, _, data = self.client("GET", location["Uri"])
                if status == 200:
                    return json.loads(data)["definitions"].get(
                        match[3], {}).get("properties")
        return None

    def check_read_only(self, uri, body, known):
        """What the schema calls read-only is not taken."""
        status, headers, _ = self.client("OPTIONS", uri)
        if status not in (200, 204):
            self.report(uri, f"OPTIONS is answered with {status}")
            return
        if "PATCH" not in headers.get("Allow", ""):
            if self.client("PATCH", uri, {"Id": "x"})[0] != 405:
                self.report(uri, "PATCH, which Allow does not have, is not "
                            "405")
            return
        for name, kind in known.properties.items():
            if kind.writable or kind.code not in "sinbe" or name not in body:
                continue
            status, _, _ = self.client("PATCH", uri, {name: body[name]})
            if status < 400:
                self.report(f"{uri}/{name}", "is read-only, and PATCH of it "
                            f"is answered with {status}")

    def read_registries(self):
        """What Registries names, with what the service itself has of it."""
        status, _, data = self.client("GET", ROOT + "Registries")
        members = at(json.loads(data), "Members") if status == 200 else []
        for uri in members:
            status, _, data = self.client("GET", uri)
            if status != 200:
                continue
            body = json.loads(data)
            content = {}
            for location in body.get("Location", []):
                if "Uri" in location:
                    status, _, data = self.client("GET", location["Uri"])
                    if status != 200:
                        self.report(uri, f"{location['Uri']} is a dead link")
                    else:
                        content = json.loads(data)
            self.registries[body.get("Registry")] = content

    def read_schemas(self):
        """What JsonSchemas and $metadata name."""
        status, _, data = self.client("GET", ROOT + "JsonSchemas")
        if status == 200:
            self.schemas = {
                member.rpartition("/")[2].split(".")[0]
                for member in at(json.loads(data), "Members")}
        status, _, data = self.client("GET", ROOT + "$metadata")
        self.metadata = data.decode()
        if status != 200:
            self.report("$metadata", f"is answered with {status}")

    def check_schemas(self):
        """Each type in use is in both."""
        for name in self.found:
            version = self.facts.types[name].version if (
                name in self.facts.types) else "-"
            full = name if version == "-" else f"{name}.{version}"
            if f'Namespace="{full}"' not in self.metadata:
                self.report("$metadata", f"has no {name}")
            if name not in self.schemas:
                self.report("JsonSchemas", f"has no {name}")

    def check_both_ways(self):
        """Links that have a counterpart."""
        for one, there, other, back in BOTH_WAYS:
            if back:
                self.check_way(one, there, other, back)
                self.check_way(other, back, one, there)
            else:
                self.check_way(one, there, other, None)

    def check_way(self, one, there, other, back):
        """Each link of one kind leads to the type, and back."""
        for uri in self.found.get(one, []):
            for to in at(self.seen[uri.rstrip("/")], there):
                body = self.seen.get(to)
                if body is None:
                    continue    # told already
                if not body.get("@odata.type", "").startswith(f"#{other}."):
                    self.report(f"{uri}/{there}", f"{to} is no {other}")
                elif back and uri.rstrip("/") not in at(body, back):
                    self.report(f"{to}/{back}", f"has no {uri}")

    def check_origins(self):
        """What something is about is a resource; a collection is none."""
        for uri, body in self.seen.items():
            for where, item in self.objects(body):
                for to in at(item, "OriginOfCondition"):
                    kind = (self.seen.get(to) or {}).get("@odata.type", "")
                    if "Collection." in kind:
                        self.report(f"{uri}{where}/OriginOfCondition",
                                    f"{to} is a collection")

    def check_strangers(self):
        """What is not public is not shown without a login."""
        if not self.client.login:
            return
        login, self.client.login = self.client.login, {}
        for uri in self.seen:
            public = uri in ("/redfish", ROOT.rstrip("/"))
            status = self.client("GET", uri)[0]
            if status != (200 if public else 401):
                self.report(uri, f"without a login: {status}")
        self.client.login = login

    def check_families(self, path):
        """What must be there."""
        for line in path.read_text(encoding="utf-8").splitlines():
            if not line or line.startswith("#"):
                continue
            name, pattern = line.split()
            expected = re.compile(
                re.sub(r"\\\*", "[^/]+", re.escape(pattern)) + "/?")
            if not any(expected.fullmatch(uri)
                       for uri in self.found.get(name, [])):
                self.report(pattern, f"there is no {name}")

    def run(self):
        """All of it."""
        self.read_registries()
        self.read_schemas()
        self.walk(ROOT)
        self.check_both_ways()
        self.check_origins()
        self.check_schemas()
        self.check_strangers()
        status, _, data = self.client("GET", ROOT + "nothing/here")
        if status != 404 or "@Message.ExtendedInfo" not in data.decode():
            self.report(ROOT + "nothing/here", "is no Redfish error 404")
        return self.problems


def main():
    """Walk, and print."""
    parser = argparse.ArgumentParser(description="walk a Redfish service")
    parser.add_argument("--user")
    parser.add_argument("--families", type=pathlib.Path)
    parser.add_argument("url")
    args = parser.parse_args()
    here = pathlib.Path(__file__).resolve().parent
    walk = Walk(Client(args.url, args.user), Facts(here / "facts.txt"))
    walk.run()
    if args.families:
        walk.check_families(args.families)
    for problem in walk.problems:
        print(problem)
    print(f"{len(walk.seen)} resources of {len(walk.found)} types, "
          f"{len(walk.problems)} problems")
    sys.exit(bool(walk.problems))


if __name__ == "__main__":
    main()
