#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""64 clients at a time, who read, write, subscribe, and die.

redfish-crowd.py URL PID SECONDS

Two rounds of it: what the first one has left behind in memory and
descriptors, the second must not add to. Afterwards there are no sessions and
no subscriptions, and there was no answer of 5xx but those 503 that say what
there is too much of. Prints what is wrong, and "crowd: ok" if nothing is.
"""

import base64
import collections
import http.client
import json
import os
import random
import re
import socket
import ssl
import sys
import threading
import time

V1 = "/redfish/v1"
SYSTEM = V1 + "/Systems/1"
SESSIONS = V1 + "/SessionService/Sessions"
SUBSCRIPTIONS = V1 + "/EventService/Subscriptions"
READS = [V1, SYSTEM, V1 + "/Managers/1", V1 + "/Chassis/1/Sensors?$expand=.",
         V1 + "/Systems?$expand=.($levels=3)", V1 + "/$metadata",
         SYSTEM + "/LogServices/SEL/Entries", V1 + "/AccountService/Accounts",
         V1 + "/EventService", V1 + "/nothing"]
CROWD = 64
# What of them a service may answer 503 with, since there is a limit.
LIMITS = ("ServiceTemporarilyUnavailable", "SessionLimitExceeded",
          "EventSubscriptionLimitExceeded")
BASIC = {"Authorization": "Basic " +
         base64.b64encode(b"admin:password").decode()}
# kB that the second round may add: the heap's holes, not a leak.
MEMORY_SLACK = 3000
FD_SLACK = 4


class Died(Exception):
    """A client has gone without a word."""


class Client(threading.Thread):
    """One of the crowd."""

    def __init__(self, number, crowd, deadline):
        super().__init__(daemon=True)
        self.random = random.Random(number)
        self.crowd = crowd
        self.deadline = deadline
        # One address has 64 connections at most.
        self.source = (f"127.0.0.{2 + number % 16}", 0)
        self.connection = None
        self.headers = BASIC

    def connect(self):
        """A new connection."""
        self.connection = http.client.HTTPSConnection(
            self.crowd.host, timeout=60, context=self.crowd.context,
            source_address=self.source)
        self.connection.connect()

    def hang_up(self):
        """Close it, sometimes with a reset."""
        if not self.connection:
            return
        if self.connection.sock and self.random.random() < 0.5:
            self.connection.sock.setsockopt(
                socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        self.connection.close()
        self.connection = None

    def ask(self, method, path, body=None, **headers):
        """Returns status, headers and body."""
        if not self.connection:
            self.connect()
        if body is not None:
            body = json.dumps(body)
            headers["Content-Type"] = "application/json"
        self.connection.request(method, path, body,
                                {**self.headers, **headers})
        answer = self.connection.getresponse()
        data = answer.read()
        self.crowd.count(method, path, answer.status, data)
        return answer.status, answer.headers, data

    def read(self):
        """GET of something."""
        extra = {"Accept-Encoding": "gzip"} if self.random.random() < .3 \
            else {}
        self.ask("GET", self.random.choice(READS), **extra)

    def write(self):
        """A change, sometimes conditional."""
        extra = {}
        if self.random.random() < 0.5:
            extra["If-Match"] = self.ask("GET", SYSTEM)[1]["ETag"]
        self.ask("PATCH", SYSTEM, {
            "LocationIndicatorActive": self.random.random() < 0.5}, **extra)

    def log_in(self):
        """A session, used, and ended."""
        self.headers = {}
        try:
            status, headers, _ = self.ask("POST", SESSIONS, {
                "UserName": "admin", "Password": "password"})
            if status == 201:
                self.headers = {"X-Auth-Token": headers["X-Auth-Token"]}
                self.ask("GET", SYSTEM)
                self.ask("DELETE", headers["Location"])
        finally:
            self.headers = BASIC

    def subscribe(self):
        """A subscription whose destination is not there, and its end."""
        status, headers, _ = self.ask("POST", SUBSCRIPTIONS, {
            "Destination": "https://127.0.0.1:9/x", "Protocol": "Redfish",
            "Context": self.name})
        if status == 201:
            time.sleep(self.random.random() * 0.2)
            self.ask("DELETE", headers["Location"])

    def listen(self):
        """A stream, and its end while it runs."""
        if not self.connection:
            self.connect()
        self.connection.request("GET", V1 + "/EventService/SSE", None, {
            **self.headers, "Accept": "text/event-stream"})
        answer = self.connection.getresponse()
        self.crowd.count("GET", "SSE", answer.status, b"")
        answer.fp.readline()
        time.sleep(self.random.random() * 0.2)
        raise Died

    def die_in_request(self):
        """Half a request, or one whose answer nobody takes."""
        if not self.connection:
            self.connect()
        sock = self.connection.sock
        text = (f"POST {SESSIONS} HTTP/1.1\r\nHost: x\r\n"
                "Content-Type: application/json\r\n"
                "Content-Length: 1000\r\n\r\n{").encode()
        if self.random.random() < 0.5:
            text = (f"GET {V1}/Systems?$expand=. HTTP/1.1\r\nHost: x\r\n"
                    f"Authorization: {BASIC['Authorization']}\r\n\r\n"
                    ).encode() * 2
        sock.sendall(text[:self.random.randrange(1, len(text) + 1)])
        raise Died

    def run(self):
        deeds = [self.read] * 8 + [self.write] * 3 + [
            self.log_in, self.subscribe, self.listen, self.die_in_request]
        while time.monotonic() < self.deadline:
            try:
                self.random.choice(deeds)()
            except Died:
                self.hang_up()
            except (OSError, http.client.HTTPException) as err:
                self.crowd.failures[f"{type(err).__name__}: {err}"] += 1
                self.hang_up()
        self.hang_up()


class Crowd:
    """All of them, and what they have seen."""

    def __init__(self, url, pid):
        self.host = url.partition("//")[2]
        self.pid = pid
        self.context = ssl.create_default_context()
        self.context.check_hostname = False
        self.context.verify_mode = ssl.CERT_NONE
        self.statuses = collections.Counter()
        self.failures = collections.Counter()
        self.odd = collections.Counter()

    def count(self, method, path, status, data):
        """One answer has come."""
        self.statuses[status] += 1
        if status >= 500 and not (status == 503 and any(
                limit.encode() in data for limit in LIMITS)):
            self.odd[f"{method} {path}: {status} {data[:200]}"] += 1

    def run(self, seconds):
        """One round."""
        deadline = time.monotonic() + seconds
        clients = [Client(i, self, deadline) for i in range(CROWD)]
        for client in clients:
            client.start()
        for client in clients:
            client.join(seconds + 120)
            if client.is_alive():
                self.odd["a client waits for an answer"] += 1

    def one(self, method, path):
        """A request of somebody else."""
        connection = http.client.HTTPSConnection(
            self.host, timeout=60, context=self.context)
        connection.request(method, path, None, BASIC)
        answer = connection.getresponse()
        data = answer.read()
        connection.close()
        return json.loads(data) if data else None

    def clean(self):
        """End what those have left who died; returns what is left then."""
        for path in SESSIONS, SUBSCRIPTIONS:
            for member in self.one("GET", path)["Members"]:
                self.one("DELETE", member["@odata.id"])
        return sum(self.one("GET", path)["Members@odata.count"]
                   for path in (SESSIONS, SUBSCRIPTIONS))

    def size(self):
        """Memory in kB and descriptors, once nothing changes any more."""
        last = None
        for _ in range(60):
            now = len(os.listdir(f"/proc/{self.pid}/fd"))
            if now == last:
                break
            last = now
            time.sleep(1)
        with open(f"/proc/{self.pid}/smaps_rollup", encoding="ascii") as file:
            memory = re.search(r"Private_Dirty:\s+(\d+)", file.read())[1]
        return int(memory), last


def main():
    """Two rounds."""
    url, pid, seconds = sys.argv[1], int(sys.argv[2]), float(sys.argv[3])
    crowd = Crowd(url, pid)
    problems = []
    sizes = []
    for _ in range(2):
        crowd.run(seconds / 2)
        left = crowd.clean()
        if left:
            problems.append(f"{left} sessions or subscriptions are left")
        sizes.append(crowd.size())
    print(f"answers: {sorted(crowd.statuses.items())}")
    print(f"memory and descriptors: {sizes}")
    problems += [f"{n} times {what}" for what, n in crowd.odd.items()]
    problems += [f"{n} times {what}" for what, n in crowd.failures.items()]
    if sizes[1][0] > sizes[0][0] + MEMORY_SLACK:
        problems.append("memory grows")
    if sizes[1][1] > sizes[0][1] + FD_SLACK:
        problems.append("descriptors are left open")
    for status in 200, 201, 204, 404:
        if not crowd.statuses[status]:
            problems.append(f"nobody has seen a {status}")
    for problem in problems:
        print(problem)
    print("crowd: " + ("bad" if problems else "ok"))
    sys.exit(bool(problems))


main()
