#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Hold a running service to DMTF's JSON schemas and message registry.

Not part of the test run, since DMTF's files (DSP8010 and DSP8011, to be had
from redfish.dmtf.org) are not part of this project:

    check-schemas.py --socket RUN_DIR/redfish.sock DIR/json-schema \\
        DIR/registries/Base.1.22.1.json

Follows every link from the service root and validates every body, then
provokes errors and compares their messages with the registry. Needs
python3-jsonschema.
"""

import argparse
import http.client
import json
import pathlib
import re
import socket
import sys
import warnings

warnings.simplefilter("ignore")

import jsonschema  # noqa: E402

SYSTEM = "/redfish/v1/Systems/1"
RESET = SYSTEM + "/Actions/ComputerSystem.Reset"

ERRORS = [
    ("GET", "/redfish/v1/nothing", None, {}),
    ("GET", SYSTEM + "?$top=1", None, {}),
    ("GET", SYSTEM, None, {"OData-Version": "3.0"}),
    ("GET", SYSTEM, None, {"Accept": "text/html"}),
    ("GET", SYSTEM, None, {"Authorization": "Basic YTpi"}),
    ("DELETE", SYSTEM, None, {}),
    ("PATCH", SYSTEM, "{", {}),
    ("PATCH", SYSTEM, "[]", {}),
    ("PATCH", SYSTEM, "{}", {}),
    ("PATCH", SYSTEM, '{"Boot":{}}', {}),
    ("PATCH", SYSTEM, '{"Id":"2","X":1,"Boot":{'
     '"BootSourceOverrideTarget":"Moon","BootSourceOverrideEnabled":1}}', {}),
    ("PATCH", SYSTEM, '{"Id":"1"}', {"If-Match": '"0"'}),
    ("PATCH", SYSTEM, "{}", {"Content-Type": "text/plain"}),
    ("POST", RESET, "{}", {}),
    ("POST", RESET, '{"ResetType":"Explode","X":1}', {}),
    ("POST", RESET, '{"ResetType":1}', {}),
]


class UnixConnection(http.client.HTTPConnection):
    """HTTP over a unix socket."""

    def __init__(self, path):
        super().__init__("localhost", timeout=10)
        self.unix_path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(10)
        self.sock.connect(self.unix_path)


class Resolver(jsonschema.RefResolver):
    """Schemas from a directory; one that is not there allows everything."""

    def __init__(self, directory, schema):
        super().__init__(schema.get("$id", ""), schema)
        self.directory = directory
        self.missing = set()

    def resolve(self, ref):
        url = self._urljoin_cache(self.resolution_scope, ref)
        name = pathlib.PurePosixPath(url.split("#")[0]).name
        path = self.directory / name
        if not path.exists():
            self.missing.add(name)
            return url, True
        self.store[url.split("#")[0]] = json.loads(path.read_text())
        return super().resolve(ref)


class Checker:
    """Walks a service and counts what is wrong."""

    def __init__(self, args):
        self.args = args
        self.bad = 0
        self.missing = set()
        self.messages = json.loads(args.registry.read_text())["Messages"]

    def request(self, method, path, body=None, headers=None):
        connection = UnixConnection(self.args.socket)
        connection.request(method, path, body,
                           {"Content-Type": "application/json",
                            **(headers or {})})
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read() or b"null")

    def report(self, where, what):
        self.bad += 1
        print(f"BAD {where}: {what}")

    def validate(self, uri, body):
        match = re.fullmatch(r"#((\w+)(?:\.v\d+_\d+_\d+)?)\.\w+",
                             body["@odata.type"])
        path = self.args.schemas / (match[1] + ".json")
        schema = json.loads(path.read_text())
        resolver = Resolver(self.args.schemas, schema)
        validator = jsonschema.Draft7Validator(schema, resolver=resolver)
        for error in validator.iter_errors(body):
            self.report(uri, "/".join(map(str, error.path)) + ": " +
                        error.message[:200])
        self.missing |= resolver.missing

    def links(self, value):
        if isinstance(value, dict):
            if "@odata.id" in value:
                yield value["@odata.id"]
            value = list(value.values())
        if isinstance(value, list):
            for item in value:
                yield from self.links(item)

    def walk(self):
        seen, todo = set(), ["/redfish/v1/"]
        while todo:
            # A fragment leads into a resource; clients do not send it.
            uri = todo.pop().partition("#")[0]
            if uri in seen:
                continue
            seen.add(uri)
            status, body = self.request("GET", uri)
            if status != 200:
                self.report(uri, f"dead link, {status}")
                continue
            self.validate(uri, body)
            todo += self.links(body)
        print(f"{len(seen)} resources: {' '.join(sorted(seen))}")

    def check_message(self, where, message):
        key = message["MessageId"].rsplit(".", 1)[1]
        known = self.messages.get(key)
        if not known:
            self.report(where, f"{key} is not in the registry")
            return
        text, args = known["Message"], message["MessageArgs"]
        for i, arg in enumerate(args):
            text = text.replace(f"%{i + 1}", arg)
        if message["Message"] != text:
            self.report(where, f"{message['Message']!r} is not {text!r}")
        if (message["MessageSeverity"] != known["MessageSeverity"] or
                len(args) != known["NumberOfArgs"]):
            self.report(where, f"{key}: severity or arguments")

    def errors(self):
        for method, path, body, headers in ERRORS:
            where = f"{method} {path} {body}"
            status, answer = self.request(method, path, body, headers)
            if status < 400:
                self.report(where, f"succeeds with {status}")
                continue
            keys = []
            for message in answer["error"]["@Message.ExtendedInfo"]:
                self.check_message(where, message)
                keys.append(message["MessageId"].rsplit(".", 1)[1])
            print(f"{status} {' '.join(keys)}: {where}")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--socket", required=True)
    parser.add_argument("schemas", type=pathlib.Path)
    parser.add_argument("registry", type=pathlib.Path)
    checker = Checker(parser.parse_args())
    checker.walk()
    checker.errors()
    print(f"schemas not there: {len(checker.missing)}; "
          f"{checker.bad} violations")
    sys.exit(checker.bad != 0)


if __name__ == "__main__":
    main()
