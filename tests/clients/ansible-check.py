#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Ansible's Redfish modules (collection community.general).

ansible-check.py DIR URL IMAGE

Runs a playbook with every command of these modules that applies. DIR is for
what is written, IMAGE is served to the BMC. Ends with what Ansible printed
when a task failed.
"""

import functools
import http.server
import json
import os
import pathlib
import subprocess
import sys
import threading

# Category, command, more arguments, and whether something must change.
COMMANDS = [
    ("Systems", "PowerForceOff", {}, True),
    ("Systems", "PowerOn", {}, True),
    ("Systems", "PowerForceRestart", {}, True),
    ("Systems", "SetOneTimeBoot", {"bootdevice": "Pxe"}, True),
    ("Systems", "EnableContinuousBootOverride", {"bootdevice": "Cd"}, True),
    ("Systems", "DisableBootOverride", {}, True),
    ("Systems", "IndicatorLedBlink", {}, True),
    ("Systems", "IndicatorLedOn", {}, True),
    ("Chassis", "IndicatorLedOff", {}, True),
    ("Systems", "VirtualMediaInsert", {
        "virtual_media": {"image_url": "IMAGE", "media_types": ["CD"]},
        "resource_id": "1"}, True),
    ("Systems", "VirtualMediaEject", {
        "virtual_media": {"image_url": "IMAGE"}, "resource_id": "1"}, True),
    ("Manager", "VirtualMediaInsert", {
        "virtual_media": {"image_url": "IMAGE", "media_types": ["CD"]},
        "resource_id": "1"}, True),
    ("Manager", "VirtualMediaEject", {
        "virtual_media": {"image_url": "IMAGE"}, "resource_id": "1"}, True),
    ("Accounts", "AddUser", {
        "new_username": "op1", "new_password": "Pass-word1",
        "roleid": "Operator"}, True),
    ("Accounts", "UpdateUserRole", {
        "account_username": "op1", "roleid": "ReadOnly"}, True),
    ("Accounts", "UpdateUserPassword", {
        "account_username": "op1", "account_password": "Pass-word2"}, True),
    ("Accounts", "DisableUser", {"account_username": "op1"}, True),
    ("Accounts", "EnableUser", {"account_username": "op1"}, True),
    ("Accounts", "UpdateUserName", {
        "account_username": "op1", "account_updatename": "op2"}, True),
    ("Accounts", "DeleteUser", {"account_username": "op2"}, True),
    ("Accounts", "UpdateAccountServiceProperties", {
        "account_properties": {"AccountLockoutThreshold": 7}}, True),
    ("Sessions", "CreateSession", {}, True),
    ("Sessions", "ClearSessions", {}, True),
    ("Manager", "ClearLogs", {}, True),
    ("Manager", "GracefulRestart", {}, True),
]

CONFIG = [
    ("Systems", "SetBiosAttributes", {
        "bios_attributes": {"StrictBoot": "Enabled"}}, True),
    ("Systems", "SetBiosDefaultSettings", {}, True),
    ("Systems", "SetBootOrder", {"boot_order": ["cd0", "hd0"]}, True),
    ("Systems", "SetDefaultBootOrder", {}, True),
    ("Manager", "SetNetworkProtocols", {
        "network_protocols": {"IPMI": {"ProtocolEnabled": True}}}, False),
    ("Sessions", "SetSessionService", {
        "sessions_config": {"SessionTimeout": 600}}, True),
]

# Category, command, and what the answer must have.
INFO = [
    ("Systems", "GetSystemInventory", "q35"),
    ("Systems", "GetCpuInventory", "TotalCores"),
    ("Systems", "GetMemoryInventory", "CapacityMiB"),
    ("Systems", "GetNicInventory", "52:54:00:12:34:56"),
    ("Systems", "GetDiskInventory", "CapacityBytes"),
    ("Systems", "GetStorageControllerInventory", "Storage Controller"),
    ("Systems", "GetBiosAttributes", "BootMenu"),
    ("Systems", "GetBootOrder", "cd0"),
    ("Systems", "GetBootOverride", "BootSourceOverrideTarget"),
    ("Systems", "GetVirtualMedia", "CD1"),
    ("Systems", "GetHealthReport", "Processors"),
    ("Chassis", "GetChassisInventory", "ChassisType"),
    ("Chassis", "GetHealthReport", "Chassis"),
    ("Accounts", "ListUsers", "Administrator"),
    ("Sessions", "GetSessions", "session"),
    ("Update", "GetFirmwareInventory", "Version"),
    ("Update", "GetSoftwareInventory", "QEMU"),
    ("Manager", "GetManagerInventory", "FirmwareVersion"),
    ("Manager", "GetManagerNicInventory", "MACAddress"),
    ("Manager", "GetNetworkProtocols", "HTTPS"),
    ("Manager", "GetVirtualMedia", "CD1"),
    ("Manager", "GetLogs", "MessageId"),
    ("Manager", "GetHealthReport", "Manager"),
]


def tasks(address, image):
    """What the playbook does, as Ansible reads it."""
    common = {"baseuri": address, "username": "admin",
              "password": "password"}

    def task(module, category, command, args, check):
        return {"name": f"{category} {command}",
                f"community.general.{module}": {
                    **common, "category": category, "command": command,
                    **args},
                "register": "got", **check}

    for module, rows in (("redfish_command", COMMANDS),
                         ("redfish_config", CONFIG)):
        for category, command, args, changes in rows:
            args = json.loads(json.dumps(args).replace("IMAGE", image))
            yield task(module, category, command, args, {
                "failed_when": "got.failed or got.changed != "
                               f"{changes}"})
    for category, command, text in INFO:
        yield task("redfish_info", category, command, {}, {
            "failed_when": "got.failed or "
                           f"'{text}' not in (got | to_json)"})


def main():
    """See above."""
    folder, url, image = sys.argv[1:]
    address = url.removeprefix("https://")
    handler = functools.partial(http.server.SimpleHTTPRequestHandler,
                                directory=os.path.dirname(image))
    web = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=web.serve_forever, daemon=True).start()
    image = f"http://127.0.0.1:{web.server_port}/{os.path.basename(image)}"
    play = pathlib.Path(folder) / "play.json"
    play.write_text(json.dumps([{
        "hosts": "localhost", "connection": "local", "gather_facts": False,
        "vars": {"ansible_python_interpreter": "/usr/bin/python3"},
        "tasks": list(tasks(address, image))}]))
    env = dict(os.environ, ANSIBLE_LOCAL_TEMP=folder, HOME=folder,
               ANSIBLE_REMOTE_TMP=folder, ANSIBLE_NOCOLOR="1")
    sys.exit(subprocess.run(["ansible-playbook", "-i", "localhost,", play],
                            env=env, check=False).returncode)


main()
