#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""OpenStack Ironic itself, as one process without Keystone and the rest.

ironic-check.py DIR REDFISH-URL IPMI-HOST:PORT IMAGE

Enrolls the machine with Ironic's drivers "redfish" and "ipmi" and has it
managed, inspected, switched, and deployed from a medium as far as the point
where Ironic waits for its agent to call. DIR is for what Ironic writes; IMAGE
is served to the BMC. Prints what it has seen; ends with a traceback when
something is not as it must be.
"""

import functools
import http.server
import json
import os
import pathlib
import shutil
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request

CONFIG = """
[DEFAULT]
auth_strategy = noauth
enabled_hardware_types = redfish,ipmi
enabled_boot_interfaces = redfish-virtual-media,pxe
enabled_power_interfaces = redfish,ipmitool
enabled_management_interfaces = redfish,ipmitool
enabled_inspect_interfaces = redfish,no-inspect
enabled_deploy_interfaces = direct
enabled_bios_interfaces = redfish,no-bios
enabled_vendor_interfaces = redfish,ipmitool,no-vendor
enabled_console_interfaces = no-console
enabled_raid_interfaces = redfish,no-raid
enabled_network_interfaces = noop
enabled_storage_interfaces = noop
enabled_rescue_interfaces = no-rescue
default_network_interface = noop
rpc_transport = json-rpc
state_path = {dir}
host = lab
my_ip = 127.0.0.1
log_file = {dir}/log
[database]
connection = sqlite:///{dir}/db.sqlite
[json_rpc]
auth_strategy = noauth
host_ip = 127.0.0.1
port = {rpc}
[api]
host_ip = 127.0.0.1
port = {api}
api_workers = 1
[conductor]
automated_clean = false
sync_power_state_interval = 0
[oslo_concurrency]
lock_path = {dir}/locks
[redfish]
use_swift = false
[deploy]
http_root = {dir}/http
http_url = http://127.0.0.1:{http}
[service_catalog]
auth_type = none
endpoint_override = http://127.0.0.1:{api}
[glance]
auth_type = none
[inspector]
auth_type = none
endpoint_override = http://127.0.0.1:1
"""

LIMIT = 180         # s, for whatever is waited for


def free_port():
    """A TCP port that nobody listens on now."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return sock.getsockname()[1]


class Ironic:
    """The service, and its API."""

    def __init__(self, folder, image):
        self.folder = folder
        for name in ("http", "locks"):
            (folder / name).mkdir()
        shutil.copy(image, folder / "http/image.iso")
        handler = functools.partial(http.server.SimpleHTTPRequestHandler,
                                    directory=str(folder / "http"))
        self.web = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        threading.Thread(target=self.web.serve_forever, daemon=True).start()
        self.images = f"http://127.0.0.1:{self.web.server_port}"
        port = free_port()
        self.url = f"http://127.0.0.1:{port}/v1/"
        config = folder / "ironic.conf"
        config.write_text(CONFIG.format(
            dir=folder, api=port, rpc=free_port(), http=self.web.server_port))
        option = f"--config-file={config}"
        # With these in the environment, requests would verify all the same.
        env = {k: v for k, v in os.environ.items()
               if k not in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")}
        subprocess.run(["ironic-dbsync", option, "create_schema"], check=True,
                       env=env, stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL)
        # pylint: disable=consider-using-with
        self.process = subprocess.Popen(
            ["ironic", option], env=env, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL)
        self.wait("the service", self.drivers)

    def drivers(self):
        """Whether both drivers are there."""
        try:
            return len(self("GET", "drivers")["drivers"]) == 2
        except (urllib.error.URLError, ConnectionError):
            return False

    def __call__(self, method, path, body=None):
        request = urllib.request.Request(
            self.url + path, method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"X-OpenStack-Ironic-API-Version": "1.80",
                     "Content-Type": "application/json"})
        with urllib.request.urlopen(request) as answer:
            data = answer.read()
        return json.loads(data) if data else None

    def wait(self, what, true):
        """Wait until something is so."""
        end = time.monotonic() + LIMIT
        while not true():
            if self.process.poll() is not None:
                sys.exit("Ironic has ended")
            if time.monotonic() > end:
                sys.exit(f"no {what} in {LIMIT} s")
            time.sleep(0.5)

    def end(self):
        """Stop it, and the server of images."""
        self.process.terminate()
        try:
            self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.web.shutdown()


class Node:
    """A machine, as Ironic knows it."""

    def __init__(self, ironic, name, driver, **info):
        self.ironic, self.name = ironic, name
        ironic("POST", "nodes", {
            "name": name, "driver": driver, "driver_info": info,
            "network_interface": "noop", "deploy_interface": "direct",
            "boot_interface": "redfish-virtual-media"
            if driver == "redfish" else "pxe"})

    def __call__(self, method, path, body=None):
        return self.ironic(method, f"nodes/{self.name}/{path}", body)

    def get(self):
        """All of it."""
        return self.ironic("GET", f"nodes/{self.name}")

    def settle(self, what, field, wanted):
        """Wait until nothing is under way; then it must be as wanted."""
        def settled():
            node = self.get()
            return (not node["reservation"] and
                    not node["target_power_state"] and
                    node["provision_state"] not in (
                        "verifying", "inspecting", "deploying", "cleaning",
                        "deleting"))
        time.sleep(1)
        self.ironic.wait(f"end of {what}", settled)
        node = self.get()
        if node[field] != wanted:
            sys.exit(f"{what}: {field} is {node[field]}: "
                     f"{node['last_error']}")
        print(f"{self.name}: {what}", flush=True)
        return node

    def provision(self, target, wanted):
        """Ask for a state."""
        self("PUT", "states/provision", {"target": target})
        return self.settle(target, "provision_state", wanted)

    def power(self, target, wanted):
        """Switch it."""
        self("PUT", "states/power", {"target": target})
        self.settle(target, "power_state", wanted)

    def boot(self, device, persistent):
        """Choose what it boots from."""
        wanted = {"boot_device": device, "persistent": persistent}
        self("PUT", "management/boot_device", wanted)
        got = self("GET", "management/boot_device")
        if got != wanted:
            sys.exit(f"boot device is {got}, not {wanted}")
        print(f"{self.name}: boot from {device}", flush=True)


def switch(node):
    """What every driver can do with a machine."""
    node.provision("manage", "manageable")
    for target, wanted in (("power on", "power on"),
                           ("power off", "power off"),
                           ("power on", "power on"),
                           ("rebooting", "power on")):
        node.power(target, wanted)
    node.boot("pxe", False)
    node.boot("disk", True)
    node.boot("cdrom", True)
    node("PUT", "management/inject_nmi", {})
    print(f"{node.name}: nmi", flush=True)


def inspect(node):
    """Redfish tells what the machine has."""
    found = node.provision("inspect", "manageable")["properties"]
    ports = node.ironic("GET", "ports")["ports"]
    names = [setting["name"] for setting in node("GET", "bios")["bios"]]
    if found["memory_mb"] != "1024" or found["cpu_arch"] != "x86_64":
        sys.exit(f"found {found}")
    if [port["address"] for port in ports] != ["52:54:00:12:34:56"]:
        sys.exit(f"found {ports}")
    if "BootMenu" not in names:
        sys.exit(f"found {names}")


def deploy(node, system, image):
    """Boots from a medium, up to where Ironic's agent would call."""
    patches = [("driver_info/deploy_iso", image),
               ("instance_info/image_source", image),
               ("instance_info/image_checksum", "0" * 32),
               ("instance_info/root_gb", 1)]
    node.ironic("PATCH", f"nodes/{node.name}", [
        {"op": "add", "path": "/" + path, "value": value}
        for path, value in patches])
    node.provision("provide", "available")
    node.provision("active", "wait call-back")
    print("DEPLOYED", flush=True)
    # The caller looks at what the machine boots from.
    sys.stdin.readline()
    node.provision("deleted", "available")
    medium = system("/VirtualMedia/CD1")
    if medium["Inserted"] or medium["Image"]:
        sys.exit("the medium is in still")
    node.power("power on", "power on")


def reader(url):
    """Reads what is below the system."""
    def get(path):
        out = subprocess.run(
            ["curl", "-sfk", "-u", "admin:password",
             url + "/redfish/v1/Systems/1" + path], check=True,
            stdout=subprocess.PIPE).stdout
        return json.loads(out)
    return get


def main():
    """See above."""
    folder, url, ipmi, image = sys.argv[1:]
    host, port = ipmi.rsplit(":", 1)
    ironic = Ironic(pathlib.Path(folder), image)
    try:
        switch(Node(ironic, "lan", "ipmi", ipmi_address=host, ipmi_port=port,
                    ipmi_username="admin", ipmi_password="password",
                    ipmi_cipher_suite="17"))
        node = Node(ironic, "web", "redfish", redfish_address=url,
                    redfish_system_id="/redfish/v1/Systems/1",
                    redfish_username="admin", redfish_password="password",
                    redfish_verify_ca=False,
                    deploy_kernel=ironic.images + "/kernel",
                    deploy_ramdisk=ironic.images + "/ramdisk")
        switch(node)
        inspect(node)
        deploy(node, reader(url), ironic.images + "/image.iso")
    finally:
        ironic.end()


main()
