# SPDX-License-Identifier: GPL-2.0-or-later
"""What the measuring scripts have in common."""

import json
import os
import pathlib
import re
import shutil
import socket
import subprocess
import sys
import time

PATH = "/redfish/v1/Systems/1"
USER = "admin:password"
# One whose password is kept as a hash.
HASHED = "hashed:a password of more than 20 bytes"
NGINX = """
daemon off;
master_process off;
pid {tmp}/nginx.pid;
events {{ worker_connections 1024; }}
http {{
    access_log off;
    keepalive_requests 10000000;
    default_type application/json;
    client_body_temp_path {tmp}/nginx-body;
    proxy_temp_path {tmp}/nginx-proxy;
    fastcgi_temp_path {tmp}/nginx-fastcgi;
    uwsgi_temp_path {tmp}/nginx-uwsgi;
    scgi_temp_path {tmp}/nginx-scgi;
    server {{
        listen 127.0.0.1:{port} ssl;
        ssl_certificate {tmp}/cert.pem;
        ssl_certificate_key {tmp}/key.pem;
        root {tmp};
    }}
}}
"""


def wait_for(path):
    """Wait until a file is there."""
    for _ in range(600):
        if os.path.exists(path):
            return
        time.sleep(0.1)
    sys.exit(f"{sys.argv[0]}: {path} does not appear")


def cpu_seconds(pid):
    """User and system time of a process."""
    with open(f"/proc/{pid}/stat", encoding="ascii") as file:
        fields = file.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def private_dirty(pid):
    """Private_Dirty of a process in kB."""
    with open(f"/proc/{pid}/smaps_rollup", encoding="ascii") as file:
        return int(re.search(r"Private_Dirty:\s+(\d+)", file.read())[1])


def descriptors(pid):
    """Number of open descriptors of a process."""
    return len(os.listdir(f"/proc/{pid}/fd"))


class Bench:
    """The processes and their addresses."""

    def __init__(self, build, tmp):
        self.tmp = tmp
        self.client = f"{build}/tests/bench/bench-client"
        self.qemu = subprocess.Popen(
            ["qemu-system-x86_64", "-accel", "tcg", "-M", "q35", "-m", "64",
             "-S", "-nodefaults", "-display", "none", "-smp", "4",
             "-netdev", "user,id=n0", "-device", "virtio-net-pci,netdev=n0",
             "-device", "ide-cd", "-device", "qemu-xhci",
             "-qmp", f"unix:{tmp}/qmp.sock,server=on,wait=off"])
        self.bmc = subprocess.Popen(
            [f"{build}/helper/qemu-bmc", "--qmp", f"{tmp}/qmp.sock",
             "--state-dir", f"{tmp}/state", "--run-dir", f"{tmp}/run",
             "--redfish-port", "0", "--ipmi-port", "0",
             "--max-connections", "1024",
             "--max-connections-per-address", "1024",
             "--log-level", "warning"])
        wait_for(f"{tmp}/run/endpoints.json")
        with open(f"{tmp}/run/endpoints.json", encoding="utf-8") as file:
            url = json.load(file)["redfish"]
        self.ipmi = json.loads(
            pathlib.Path(f"{tmp}/run/endpoints.json").read_text())["ipmi"]
        self.url = url
        self.address = url.split("//")[1]
        time.sleep(1)
        body = subprocess.run(["curl", "-sk", "-u", USER, url + PATH],
                              check=True, capture_output=True).stdout
        self.after_one = private_dirty(self.bmc.pid)
        self.token = self.log_in(url)
        with open(f"{tmp}/body", "wb") as file:
            file.write(body)
        # pylint: disable=consider-using-with
        self.bare = subprocess.Popen(
            [f"{build}/tests/bench/bench-server", "-f", f"{tmp}/body"],
            stdout=subprocess.PIPE, text=True)
        self.bare_address = self.bare.stdout.readline().split()[0]
        self.nginx = self.start_nginx() if shutil.which("nginx") else None

    def start_nginx(self):
        """nginx with the same bytes, if it is there."""
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
             "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=bench",
             "-keyout", f"{self.tmp}/key.pem", "-out", f"{self.tmp}/cert.pem"],
            check=True, capture_output=True)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.nginx_address = f"127.0.0.1:{port}"
        with open(f"{self.tmp}/nginx.conf", "w", encoding="utf-8") as file:
            file.write(NGINX.format(tmp=self.tmp, port=port))
        # pylint: disable=consider-using-with
        process = subprocess.Popen(
            ["nginx", "-e", "stderr", "-p", self.tmp, "-c",
             f"{self.tmp}/nginx.conf"], stderr=subprocess.DEVNULL)
        time.sleep(1)
        return process

    @staticmethod
    def log_in(url):
        """Make an account with a hashed password, and a session."""
        def post(path, body, *args):
            out = subprocess.run(
                ["curl", "-skfi", *args, "-d", json.dumps(body),
                 "-H", "Content-Type: application/json",
                 url + "/redfish/v1/" + path],
                check=True, capture_output=True, text=True).stdout
            return out

        name, password = HASHED.split(":")
        post("AccountService/Accounts",
             {"UserName": name, "Password": password,
              "RoleId": "Administrator"}, "-u", USER)
        name, password = USER.split(":")
        out = post("SessionService/Sessions",
                   {"UserName": name, "Password": password})
        return re.search(r"X-Auth-Token: (\w+)", out, re.I)[1]

    def end(self):
        """End the processes."""
        for process in self.bmc, self.bare, self.qemu, self.nginx:
            if not process:
                continue
            process.terminate()
            process.wait()

    def load(self, service, *args):
        """Run bench-client and return its words.

        The service is "bmc", by Basic authentication, "hashed", the same with
        a password that is kept as a hash, "token", "bare" or "nginx".
        """
        address, login = {
            "bmc": (self.address, ["-u", USER, "-P", PATH]),
            "hashed": (self.address, ["-u", HASHED, "-P", PATH]),
            "token": (self.address, ["-t", self.token, "-P", PATH]),
            "bare": (self.bare_address, []),
            "nginx": (self.nginx_address, ["-P", "/body"]),
        }[service]
        return subprocess.run([self.client, address, *login, *args],
                              check=True, capture_output=True,
                              text=True).stdout

    def rate(self, service, connections):
        """Requests a second, and CPU seconds of the server a request."""
        pid = {"bare": self.bare, "nginx": self.nginx}.get(
            service, self.bmc).pid
        before = cpu_seconds(pid)
        out = self.load(service, "-n", "6000", "-c", str(connections))
        cpu = (cpu_seconds(pid) - before) / 6000
        return float(re.search(r"([\d.]+) requests/s", out)[1]), cpu
