#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The walk finds each defect of a service that is broken on purpose.

A small service is sound first, and then has one defect after the other: the
walk must tell of it, and of nothing in the sound one. Prints TAP.
"""

import copy
import hashlib
import http.server
import json
import pathlib
import sys
import threading

from facts import Facts
from walk import Client, Walk

V1 = "/redfish/v1"
SYSTEM = V1 + "/Systems/1"
LOGS = SYSTEM + "/LogServices"
CHASSIS = V1 + "/Chassis/1"
MANAGER = V1 + "/Managers/1"
SCHEMAS = V1 + "/JsonSchemas"
REGISTRY = V1 + "/Registries/Own"
RESET = SYSTEM + "/Actions/ComputerSystem.Reset"
METADATA = V1 + "/$metadata"
LOGIN = "a:b"


def link(uri):
    """A reference."""
    return {"@odata.id": uri}


def collection(name, *members):
    """A collection of resources."""
    return {"@odata.type": f"#{name}Collection.{name}Collection",
            "Name": name, "Members@odata.count": len(members),
            "Members": [link(uri) for uri in members]}


class World:
    """The content of the service, and how it behaves."""

    def __init__(self, facts):
        self.facts = facts
        self.other = {"nothing": 404, "unmodified": 304, "stranger": 401,
                      "patch": 400, "no-patch": 405}
        self.headers = {"OData-Version": "4.0"}
        self.etag = '"%s"'
        self.head = "same"
        self.bodies = {
            V1 + "/": self.typed("ServiceRoot", {
                "Id": "Root", "Name": "Root",
                "Systems": link(V1 + "/Systems"),
                "Chassis": link(V1 + "/Chassis"),
                "Managers": link(V1 + "/Managers"),
                "JsonSchemas": link(SCHEMAS),
                "Registries": link(V1 + "/Registries"),
                "Links": {"Sessions": link(V1 + "/SessionService/Sessions")},
            }),
            V1 + "/Systems": collection("ComputerSystem", SYSTEM),
            V1 + "/Chassis": collection("Chassis", CHASSIS),
            V1 + "/Managers": collection("Manager", MANAGER),
            V1 + "/SessionService/Sessions": collection("Session"),
            SYSTEM: self.typed("ComputerSystem", {
                "Id": "1", "Name": "1", "PowerState": "On",
                "LogServices": link(LOGS), "AssetTag": None,
                "MemorySummary": {
                    "TotalSystemMemoryGiB": 0.5},
                "Boot": {"BootSourceOverrideTarget": "None",
                         "BootSourceOverrideTarget@Redfish.AllowableValues":
                         ["None", "Pxe"]},
                "Status": {"State": "Enabled", "Conditions": [
                    {"MessageId": "Own.1.0.Odd", "Message": "odd",
                     "Severity": "Warning",
                     "Timestamp": "2020-01-01T00:00:00Z"}]},
                "Links": {"Chassis@odata.count": 1,
                          "Chassis": [link(CHASSIS)],
                          "ManagedBy": [link(MANAGER)]},
                "Actions": {"#ComputerSystem.Reset": {
                    "target": RESET,
                    "@Redfish.ActionInfo": SYSTEM + "/ResetActionInfo",
                    "ResetType@Redfish.AllowableValues": ["On"]}},
                "Oem": {"Own": {"@odata.type": "#Own.v1_0_0.Thing",
                                "Size": 1}},
            }),
            LOGS: collection("LogService", LOGS + "/SEL"),
            LOGS + "/SEL": self.typed("LogService", {
                "Id": "SEL", "Name": "SEL",
                "Entries": link(LOGS + "/SEL/Entries")}),
            LOGS + "/SEL/Entries": collection("LogEntry",
                                              LOGS + "/SEL/Entries/1"),
            LOGS + "/SEL/Entries/1": self.typed("LogEntry", {
                "Id": "1", "Name": "1", "EntryType": "SEL",
                "EntryCode": "Lower Critical - going low",
                "SensorType": "Drive Slot/Bay",
                "Links": {"OriginOfCondition": link(SYSTEM)}}),
            SYSTEM + "/ResetActionInfo": self.typed("ActionInfo", {
                "Id": "ResetActionInfo", "Name": "Reset",
                "Parameters": [{"Name": "ResetType", "Required": True,
                                "AllowableValues": ["On"]}]}),
            CHASSIS: self.typed("Chassis", {
                "Id": "1", "Name": "1", "ChassisType": "Other",
                "Links": {"ComputerSystems": [link(SYSTEM)],
                          "ManagedBy": [link(MANAGER)]}}),
            MANAGER: self.typed("Manager", {
                "Id": "1", "Name": "1", "ManagerType": "BMC",
                "Links": {"ManagerForServers": [link(SYSTEM)],
                          "ManagerForChassis": [link(CHASSIS)]}}),
            REGISTRY: self.typed("MessageRegistryFile", {
                "Id": "Own", "Name": "Own", "Registry": "Own.1.0",
                "Languages": ["en"],
                "Location": [{"Language": "en",
                              "Uri": REGISTRY + "/Own.json"}]}),
            V1 + "/Registries": collection("MessageRegistryFile", REGISTRY),
        }
        self.raw = {REGISTRY + "/Own.json": {"Messages": {"Odd": {}}},
                    SCHEMAS + "/Own.v1_0_0/Own.json": {"definitions": {
                        "Thing": {"properties": {"Size": {}}}}}}
        self.patchable = {SYSTEM}
        self.taken = {"AssetTag"}
        self.targets = {RESET}
        self.add_schemas()

    def typed(self, name, body):
        """A resource of a type that facts.txt has."""
        return {"@odata.type":
                f"#{name}.{self.facts.types[name].version}.{name}", **body}

    def add_schemas(self):
        """What describes the types that are there."""
        names = {body["@odata.type"][1:].rpartition(".")[0]
                 for body in self.bodies.values()}
        names |= {"JsonSchemaFileCollection", "Own.v1_0_0", self.typed(
            "JsonSchemaFile", {})["@odata.type"][1:].rpartition(".")[0]}
        for name in names:
            self.bodies[f"{SCHEMAS}/{name}"] = self.typed("JsonSchemaFile", {
                "Id": name, "Name": name, "Schema": "#" + name,
                "Languages": ["en"],
                "Location": [{"Language": "en",
                              "Uri": f"{SCHEMAS}/{name}/Own.json"}
                             if name == "Own.v1_0_0" else
                             {"Language": "en"}]})
        self.bodies[SCHEMAS] = collection(
            "JsonSchemaFile", *[f"{SCHEMAS}/{name}" for name in names])
        self.metadata = "".join(f'<Include Namespace="{name}"/>'
                                for name in sorted(names))

    def finish(self):
        """Fill in what each resource has."""
        for uri, body in self.bodies.items():
            name, _, last = body["@odata.type"][1:].partition(".")
            last = last.rpartition(".")[2]
            body.setdefault("@odata.id", uri)
            body.setdefault("@odata.context",
                            f"/redfish/v1/$metadata#{name}.{last}")
            text = json.dumps(body, sort_keys=True)
            digest = hashlib.sha256(text.encode()).hexdigest()[:16]
            body.setdefault("@odata.etag", f'"{digest}"')

    def answer(self, method, path, headers, body):
        """Status, headers and body of an answer."""
        if path == METADATA:
            return 200, {"Content-Type": "application/xml"}, self.metadata
        if path == V1:
            path += "/"
        if path not in (V1 + "/", METADATA) and "Authorization" not in headers:
            return self.other["stranger"], {}, ""
        found = self.bodies.get(path)
        if path in self.targets:
            return 204, {"Allow": "POST"}, ""
        if path in self.raw:
            return 200, {"Content-Type": "application/json"}, json.dumps(
                self.raw[path])
        if found is None:
            return self.other["nothing"], {}, json.dumps(
                {"error": {"@Message.ExtendedInfo": []}})
        return self.answer_found(method, path, headers, body)

    def answer_found(self, method, path, headers, body):
        """The same, of a resource that is there."""
        found = self.bodies[path]
        name = found["@odata.type"]
        allow = "GET, HEAD"
        etag = self.etag % found["@odata.etag"].strip('"')
        if path in self.patchable:
            allow += ", PATCH"
        if method == "OPTIONS":
            return 204, {"Allow": allow}, ""
        if method == "PATCH":
            if path not in self.patchable:
                return self.other["no-patch"], {}, ""
            good = set(json.loads(body)) <= self.taken
            return (204 if good else self.other["patch"]), {}, ""
        if headers.get("If-None-Match") == etag:
            return self.other["unmodified"], {"ETag": etag}, ""
        return 200, {"Content-Type": "application/json", "Allow": allow,
                     "Link": f"<{name[1:]}>; rel=describedby",
                     "ETag": etag, **self.headers}, json.dumps(found)


class Handler(http.server.BaseHTTPRequestHandler):
    """Answers from self.server.world."""

    protocol_version = "HTTP/1.1"
    wbufsize = 65536

    def handle_any(self):
        """Any request."""
        world = self.server.world
        length = int(self.headers.get("Content-Length", 0))
        status, headers, text = world.answer(
            "GET" if self.command == "HEAD" else self.command, self.path,
            self.headers, self.rfile.read(length))
        data = text.encode()
        self.send_response_only(status)
        if self.command == "HEAD" and world.head == "bare":
            headers = {}
        for name, value in headers.items():
            self.send_header(name, value)
        if self.command == "HEAD" and world.head == "length":
            self.send_header("Content-Length", "1")
        elif status not in (204, 304):
            self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(data)

    do_GET = do_HEAD = do_OPTIONS = do_PATCH = handle_any


# What is done to the sound service, and what the walk must say of it. The
# place is made of the resource and the names below it.
DEFECTS = [
    ("dead link", lambda w: w.bodies[V1 + "/"].update(
        Tasks=link(V1 + "/TaskService")), "TaskService: dead link"),
    ("member gone", lambda w: w.bodies.pop(CHASSIS), "Chassis/1: dead link"),
    ("no type", lambda w: w.bodies[SYSTEM].update(
        {"@odata.type": "ComputerSystem"}), "no sound @odata.type"),
    ("unknown type", lambda w: w.bodies[CHASSIS].update(
        {"@odata.type": "#Casing.v1_0_0.Casing"}), "Casing is not in"),
    ("other version", lambda w: w.bodies[CHASSIS].update(
        {"@odata.type": "#Chassis.v1_999_0.Chassis"}), "v1_999_0 is not in"),
    ("other id", lambda w: w.bodies[SYSTEM].update(
        {"@odata.id": SYSTEM + "0"}), "@odata.id is another"),
    ("other context", lambda w: w.bodies[SYSTEM].update(
        {"@odata.context": V1 + "/$metadata#System.System"}),
     "@odata.context is another"),
    ("other ETag in the body", lambda w: setattr(w, "etag", '"x%s"'),
     "different ETags"),
    ("weak ETag", lambda w: setattr(w, "etag", 'W/"%s"'), "no strong ETag"),
    ("If-None-Match ignored", lambda w: w.other.update(unmodified=200),
     "is not 304"),
    ("property misspelt", lambda w: w.bodies[SYSTEM].update(Powerstate="On"),
     "/Powerstate: the type has no such"),
    ("property misspelt in an object", lambda w: w.bodies[SYSTEM]
     ["MemorySummary"].update(Total=1), "/MemorySummary/Total: the type"),
    ("required missing", lambda w: w.bodies[CHASSIS].pop("ChassisType"),
     "required ChassisType is missing"),
    ("Id missing", lambda w: w.bodies[MANAGER].pop("Id"),
     "required Id is missing"),
    ("number as text", lambda w: w.bodies[SYSTEM]["MemorySummary"].update(
        TotalSystemMemoryGiB="1"), "is not of kind n"),
    ("truth value as number", lambda w: w.bodies[SYSTEM].update(
        LocationIndicatorActive=1), "is not of kind b"),
    ("null where none may be", lambda w: w.bodies[CHASSIS].update(
        ChassisType=None), "/ChassisType: may not be null"),
    ("word that is not allowed", lambda w: w.bodies[SYSTEM].update(
        PowerState="Running"), "'Running' is none of"),
    ("allowable value that is none", lambda w: w.bodies[SYSTEM]["Boot"][
        "BootSourceOverrideTarget@Redfish.AllowableValues"].append("Moon"),
     "'Moon' is none of"),
    ("part of a word", lambda w: w.bodies[LOGS + "/SEL/Entries/1"].update(
        SensorType="Drive"), "'Drive' is none of"),
    ("a collection as origin", lambda w: w.bodies[
        LOGS + "/SEL/Entries/1"]["Links"].update(
            OriginOfCondition=link(LOGS)), "is a collection"),
    ("annotation of nothing", lambda w: w.bodies[SYSTEM].update(
        {"Bootx@Redfish.AllowableValues": []}), "annotates what"),
    ("unknown annotation", lambda w: w.bodies[SYSTEM].update(
        {"@Redfish.Own": 1}), "no such annotation"),
    ("list as object", lambda w: w.bodies[CHASSIS]["Links"].update(
        ComputerSystems=link(SYSTEM)), "/ComputerSystems: is no list"),
    ("link as text", lambda w: w.bodies[V1 + "/"].update(
        Systems=V1 + "/Systems"), "/Systems: is no link"),
    ("wrong count", lambda w: w.bodies[V1 + "/Systems"].update(
        {"Members@odata.count": 2}), "is not the number of"),
    ("resource at another address", lambda w: (
        w.bodies.update({V1 + "/Box": w.bodies.pop(CHASSIS)}),
        w.bodies[V1 + "/Chassis"].update(Members=[link(V1 + "/Box")])),
     "the schema has no Chassis here"),
    ("member of another collection", lambda w: w.bodies[
        V1 + "/Systems"]["Members"].append(link(CHASSIS)),
     "is no member of it"),
    ("no way back", lambda w: w.bodies[CHASSIS]["Links"].pop(
        "ComputerSystems"), "has no /redfish/v1/Systems/1"),
    ("no way there", lambda w: w.bodies[SYSTEM]["Links"].pop("ManagedBy"),
     "has no /redfish/v1/Managers/1"),
    ("link to another type", lambda w: w.bodies[SYSTEM]["Links"].update(
        ManagedBy=[link(CHASSIS)]), "is no Manager"),
    ("action without target", lambda w: w.bodies[SYSTEM]["Actions"][
        "#ComputerSystem.Reset"].pop("target"), "has no target"),
    ("target that is not there", lambda w: w.targets.clear(),
     "does not allow POST"),
    ("ActionInfo that is not there", lambda w: w.bodies.pop(
        SYSTEM + "/ResetActionInfo"), "its ActionInfo is a dead link"),
    ("ActionInfo with other values", lambda w: w.bodies[
        SYSTEM + "/ResetActionInfo"]["Parameters"][0].update(
            AllowableValues=["On", "ForceOff"]), "allows other values"),
    ("action's parameter unknown", lambda w: w.bodies[SYSTEM]["Actions"][
        "#ComputerSystem.Reset"].update({"Kind@Redfish.AllowableValues": []}),
     "/Kind@Redfish.AllowableValues: annotates"),
    ("action unknown", lambda w: w.bodies[SYSTEM]["Actions"].update(
        {"#ComputerSystem.Explode": {"target": RESET}}),
     "the type has no such action"),
    ("message of no registry", lambda w: w.bodies[SYSTEM]["Status"][
        "Conditions"][0].update(MessageId="Other.1.0.Odd"),
     "is of no registry"),
    ("message that is not in its registry", lambda w: w.bodies[SYSTEM][
        "Status"]["Conditions"][0].update(MessageId="Own.1.0.Even"),
     "has no message Even"),
    ("registry that is not there", lambda w: w.raw.pop(
        REGISTRY + "/Own.json"), "Own.json is a dead link"),
    ("Oem property without schema", lambda w: w.bodies[SYSTEM]["Oem"][
        "Own"].update(Weight=1), "/Weight: our own schema has no"),
    ("Oem type without schema", lambda w: w.bodies[SYSTEM]["Oem"][
        "Own"].update({"@odata.type": "#Foreign.v1_0_0.Thing"}),
     "no schema for #Foreign"),
    ("type missing in $metadata", lambda w: setattr(
        w, "metadata", w.metadata.replace('"Chassis.', '"Box.')),
     "$metadata: has no Chassis"),
    ("type missing in JsonSchemas", lambda w: w.bodies[SCHEMAS].update(
        Members=[item for item in w.bodies[SCHEMAS]["Members"]
                 if "/Manager." not in item["@odata.id"]]),
     "JsonSchemas: has no Manager"),
    ("read-only property taken", lambda w: w.taken.add("PowerState"),
     "/PowerState: is read-only"),
    ("PATCH of what has none", lambda w: w.other.update({"no-patch": 204}),
     "which Allow does not have"),
    ("shown to strangers", lambda w: w.other.update(stranger=200),
     "without a login: 200"),
    ("nothing is found", lambda w: w.other.update(nothing=200),
     "is no Redfish error 404"),
    ("HEAD without headers", lambda w: setattr(w, "head", "bare"),
     "HEAD is not as GET"),
    ("HEAD with another length", lambda w: setattr(w, "head", "length"),
     "another Content-Length"),
    ("other OData-Version", lambda w: w.headers.update(
        {"OData-Version": "3.0"}), "OData-Version is not 4.0"),
    ("no Link", lambda w: w.headers.update(Link=""), "no Link describes it"),
    ("Allow without GET", lambda w: w.headers.update(Allow="PATCH"),
     "Allow has no GET"),
    ("no JSON", lambda w: w.headers.update({"Content-Type": "text/plain"}),
     "is no JSON"),
]


def problems_of(server, world, facts):
    """Walk through one world."""
    world.finish()
    server.world = world
    client = Client(f"http://127.0.0.1:{server.server_port}", LOGIN)
    walk = Walk(client, facts)
    result = walk.run()
    client.connection.close()
    return result


def main():
    """The sound service, and each defect."""
    here = pathlib.Path(__file__).resolve().parent
    facts = Facts(here / "facts.txt")
    sound = World(facts)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(f"1..{len(DEFECTS) + 1}")
    problems = problems_of(server, copy.deepcopy(sound), facts)
    print(f"{'not ok' if problems else 'ok'} 1 - a sound service")
    print("".join(f"# {problem}\n" for problem in problems), end="")
    failed = bool(problems)
    for i, (name, break_it, expected) in enumerate(DEFECTS):
        world = copy.deepcopy(sound)
        break_it(world)
        problems = problems_of(server, world, facts)
        good = any(expected in problem for problem in problems)
        print(f"{'ok' if good else 'not ok'} {i + 2} - {name}")
        if not good:
            print("".join(f"# {problem}\n" for problem in problems), end="")
            failed = True
    server.shutdown()
    sys.exit(failed)


main()
