# SPDX-License-Identifier: GPL-2.0-or-later
"""What facts.txt tells of types, and how a resource is held to it."""

import re

# Annotations that any property or object may have.
ANNOTATIONS = {
    "@Redfish.ActionInfo": "s",
    "@Redfish.AllowableValues": "a(x)",
    "@Redfish.AllowablePattern": "s",
    "@Redfish.AllowableNumbers": "a(s)",
    "@Redfish.CollectionCapabilities": "x",
    "@Redfish.Deprecated": "s",
    "@Redfish.MaintenanceWindow": "x",
    "@Redfish.OperationApplyTime": "s",
    "@Redfish.OperationApplyTimeSupport": "x",
    "@Redfish.RequestedCount": "i",
    "@Redfish.Settings": "x",
    "@Redfish.SettingsApplyTime": "x",
    "@Redfish.WriteableProperties": "a(s)",
    "@Message.ExtendedInfo": "a(x)",
    "@odata.context": "s",
    "@odata.count": "i",
    "@odata.etag": "s",
    "@odata.id": "s",
    "@odata.nextLink": "s",
    "@odata.type": "s",
}
SIMPLE = {
    "s": lambda v: isinstance(v, str),
    "i": lambda v: isinstance(v, int) and not isinstance(v, bool),
    "n": lambda v: isinstance(v, (int, float)) and not isinstance(v, bool),
    "b": lambda v: isinstance(v, bool),
    "x": lambda v: v is not None,
}


class Kind:
    """The kind of a property, as make-facts.py writes it."""

    def __init__(self, text):
        self.writable = text.endswith("w")
        text = text.removesuffix("w")
        self.null = text.endswith("?")
        text = text.removesuffix("?")
        self.code = text[0]
        self.of = text[2:-1] if "(" in text else None


class Type:
    """A type of resource, or of an object in one."""

    def __init__(self, version=None):
        self.version = version
        self.uris = []
        self.properties = {}
        self.parameters = {}
        self.required = set()


class Facts:
    """The content of facts.txt."""

    def __init__(self, path):
        self.types = {}
        self.objects = {}
        self.enums = {}
        now = None
        for line in path.read_text(encoding="utf-8").splitlines():
            word, _, rest = line.partition(" ")
            parts = rest.split()
            if word == "type":
                now = self.types[parts[0]] = Type(parts[1])
            elif word == "object":
                now = self.objects[parts[0]] = Type()
            elif word == "enum":
                self.enums[parts[0]] = {part.replace("%20", " ")
                                        for part in parts[1:]}
            elif word == "uri":
                now.uris.append(re.compile(
                    re.sub(r"\\{\w+\\}", "[^/]+", re.escape(rest)) + "/?"))
            elif word == "+":
                now.parameters[parts[0]] = Kind(parts[1])
            elif word in "*-":
                now.properties[parts[0]] = Kind(parts[1])
                if word == "*":
                    now.required.add(parts[0])

    def check(self, report, value, known, where=""):
        """Hold an object to its type; report(WHERE, WHAT) what is wrong."""
        for name in sorted(known.required - set(value)):
            report(where, f"the required {name} is missing")
        for name, item in value.items():
            place = f"{where}/{name}"
            is_action = name.startswith("#") and where.endswith("Actions")
            if is_action:
                self._check_action(report, name, item, place)
            if name in known.properties:
                self._check_kind(report, item, known.properties[name], place)
            elif is_action:
                report(place, "the type has no such action")
            elif "@" in name:
                self._check_annotation(report, value, known, name, place)
            else:
                report(place, "the type has no such property")

    def _check_annotation(self, report, value, known, name, place):
        prop, _, rest = name.partition("@")
        if "@" + rest not in ANNOTATIONS:
            report(place, "no such annotation")
            return
        self._check_kind(report, value[name], Kind(ANNOTATIONS["@" + rest]),
                         place)
        annotated = (known.properties | known.parameters).get(prop)
        if prop and annotated is None:
            report(place, "annotates what the type does not have")
        elif rest == "odata.count" and prop in value and (
                prop + "@odata.nextLink" not in value and
                len(value[prop]) != value[name]):
            report(place, "is not the number of what is there")
        elif rest == "Redfish.AllowableValues":
            kind = annotated
            while kind.code == "a":
                kind = Kind(kind.of)
            for item in value[name]:
                self._check_kind(report, item, kind, place)

    def _check_action(self, report, name, item, place):
        if not re.fullmatch(r"#\w+\.\w+", name):
            report(place, "is no name of an action")
        elif not isinstance(item, dict) or not isinstance(
                item.get("target"), str):
            report(place, "has no target")

    def _check_kind(self, report, value, kind, place):
        if value is None:
            if not kind.null:
                report(place, "may not be null")
        elif kind.code in SIMPLE:
            if not SIMPLE[kind.code](value):
                report(place, f"{value!r} is not of kind {kind.code}")
        elif kind.code == "l":
            if not isinstance(value, dict) or not isinstance(
                    value.get("@odata.id"), str):
                report(place, "is no link")
        elif kind.code == "e":
            if value not in self.enums[kind.of]:
                report(place, f"{value!r} is none of the allowed words")
        elif kind.code == "a":
            if not isinstance(value, list):
                report(place, "is no list")
                return
            for i, item in enumerate(value):
                self._check_kind(report, item, Kind(kind.of), f"{place}/{i}")
        elif not isinstance(value, dict):
            report(place, "is no object")
        else:
            self.check(report, value, self.objects[kind.of], place)
