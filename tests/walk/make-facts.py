#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Make facts.txt, what walk.py holds a service to.

DMTF's JSON schemas (DSP8010) are not part of this project. What a program
has to know of them is: which properties a type has, of which kind each one
is, what it may be, whether it must be there and may be written, and where a
resource may be. That is taken out of them here, for the types named on the
command line and what they are made of.

Usage: make-facts.py SCHEMA-DIR TYPE... > facts.txt

A type is "ComputerSystem"; its latest version is taken. The lines made:

type NAME VERSION         followed by what is known of it
uri PATH                  where such a resource may be
* PROPERTY KIND           ... must be there
- PROPERTY KIND           ... may be there
+ PARAMETER KIND          of an action
object FILE.NAME          an object in a resource, likewise
enum FILE.NAME WORD...    words that are allowed, %20 for a blank in one

Kinds: s text, i whole number, n number, b true or false, l link to a
resource, x anything; o(OBJECT), e(ENUM), a(KIND) a list of; "?" behind it:
or null; "w": may be written.
"""

import json
import pathlib
import re
import sys

BASE = "http://redfish.dmtf.org/schemas/"
SIMPLE = {"string": "s", "integer": "i", "number": "n", "boolean": "b",
          "object": "x", "array": "a(x)"}


def version_key(name):
    """v1_10_0 comes after v1_9_0."""
    return [int(part) for part in re.findall(r"\d+", name)]


class Facts:
    """What the schemas say, as far as it has been asked for."""

    def __init__(self, directory):
        self.directory = directory
        self.files = {}
        self.objects = {}
        self.enums = {}
        self.todo = []

    def file(self, name):
        """One schema; None where it is not there."""
        if name not in self.files:
            path = self.directory / name
            self.files[name] = (json.loads(path.read_text(encoding="utf-8"))
                                if path.exists() else None)
        return self.files[name]

    def latest(self, name):
        """The file with the newest version of a type, and the version."""
        found = [path.name for path in
                 self.directory.glob(name + ".v*_*_*.json")]
        if not found:
            return name + ".json", ""
        newest = max(found, key=version_key)
        return newest, newest.split(".")[1]

    def kind_of_ref(self, ref, here):
        """The kind of what a reference names."""
        name, pointer = ref.split("#")
        name = pathlib.PurePosixPath(name).name or here
        key = pointer.rsplit("/", 1)[1]
        if name.startswith("odata"):
            return {"idRef": "l", "count": "i"}.get(key, "s")
        schema = self.file(name)
        if schema is None or key not in schema["definitions"]:
            return "x"
        return self.kind_of_definition(schema["definitions"][key], name, key)

    def kind_of_definition(self, definition, name, key):
        """The kind of one definition of a schema."""
        label = name.split(".")[0] + "." + key
        if "enum" in definition:
            self.enums[label] = definition["enum"]
            return f"e({label})"
        if "anyOf" in definition:
            refs = [part["$ref"] for part in definition["anyOf"]
                    if "$ref" in part]
            if any(ref.endswith("/idRef") for ref in refs):
                return "l"
            there = [ref for ref in refs if self.file(
                pathlib.PurePosixPath(ref.split("#")[0]).name)]
            if there:
                return self.kind_of_ref(max(there, key=version_key), name)
            return "x"
        if "properties" in definition:
            if key in ("Oem", "OemActions") or not [
                    prop for prop in definition["properties"]
                    if "@" not in prop]:
                return "x"
            if label not in self.objects:
                self.objects[label] = None
                self.todo.append((label, name, definition))
            return f"o({label})"
        return self.kind(definition, name)

    def kind(self, value, here):
        """The kind of one property."""
        null = ""
        parts = value.get("anyOf", [value])
        if {"type": "null"} in parts:
            null = "?"
            parts = [part for part in parts if part != {"type": "null"}]
        part = parts[0]
        if "$ref" in part:
            kind = self.kind_of_ref(part["$ref"], here)
        else:
            types = part.get("type", "object")
            types = [types] if isinstance(types, str) else list(types)
            if "null" in types:
                null = "?"
                types.remove("null")
            if types == ["array"]:
                kind = f"a({self.kind(part.get('items', {}), here)})"
            else:
                kind = SIMPLE[types[0]] if len(types) == 1 else "x"
        return kind + null

    def lines(self, name, definition):
        """The properties of one object."""
        required = definition.get("required", [])
        for prop, value in sorted(definition["properties"].items()):
            if "@odata" in prop:
                continue
            kind = self.kind(value, name)
            write = "w" if value.get("readonly") is False else ""
            yield f"{'*' if prop in required else '-'} {prop} {kind}{write}"
        for prop, value in sorted(definition.get("parameters", {}).items()):
            yield f"+ {prop} {self.kind(value, name)}"

    def type(self, name):
        """All lines of one type of resource."""
        file, version = self.latest(name)
        schema = self.file(file)
        if schema is None:
            sys.exit(f"{name}: there is no such schema")
        definition = schema["definitions"][name]
        while "properties" not in definition:
            # A collection: its one form that is not a mere reference.
            form = [part for part in definition["anyOf"]
                    if not part.get("$ref", "").endswith("/idRef")][-1]
            if "$ref" not in form:
                definition = form
                continue
            part = form["$ref"].split("#")
            file = pathlib.PurePosixPath(part[0]).name or file
            definition = self.file(file)["definitions"][
                part[1].rsplit("/", 1)[1]]
        yield f"type {name} {version or '-'}"
        main = self.file(name + ".json")["definitions"][name]
        for uri in main.get("uris", definition.get("uris", [])):
            if "ResourceBlock" not in uri and "/Composition" not in uri:
                yield f"uri {uri}"
        yield from self.lines(file, definition)

    def rest(self):
        """The lines of what the types are made of."""
        while self.todo:
            label, name, definition = self.todo.pop()
            self.objects[label] = list(self.lines(name, definition))
        for label, lines in sorted(self.objects.items()):
            yield f"object {label}"
            yield from lines
        for label, words in sorted(self.enums.items()):
            coded = [word.replace(" ", "%20") for word in words]
            yield f"enum {label} {' '.join(coded)}"


def main():
    """Print the facts."""
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    facts = Facts(pathlib.Path(sys.argv[1]))
    print("# SPDX-License-Identifier: GPL-2.0-or-later")
    print("# Made by make-facts.py; see there.")
    for name in sorted(set(sys.argv[2:])):
        for line in facts.type(name):
            print(line)
    for line in facts.rest():
        print(line)


main()
