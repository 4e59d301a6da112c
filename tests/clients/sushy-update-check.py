#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Update firmware through sushy, as Ironic does.

sushy-update-check.py URL IMAGE VERSION

Ironic restarts the machine right after it has asked for the update, and looks
at the task from time to time: one that is over must be Completed and OK.
Ends with a traceback when something is not as it must be.
"""

import os
import sys
import time
import warnings

import sushy

warnings.simplefilter('ignore')


def main():
    url, image, version = sys.argv[1:]
    # With this in the environment, requests would verify all the same.
    os.environ.pop('REQUESTS_CA_BUNDLE', None)
    os.environ.pop('CURL_CA_BUNDLE', None)
    root = sushy.Sushy(url, verify=False,
                       auth=sushy.auth.BasicAuth('admin', 'password'))
    system = root.get_system('/redfish/v1/Systems/1')
    service = root.get_update_service()
    monitor = service.simple_update(image)
    system.reset_system(sushy.RESET_FORCE_RESTART)
    end = time.monotonic() + 60
    while True:
        task = monitor.get_task()
        if task.task_state != sushy.TASK_STATE_RUNNING:
            break
        assert time.monotonic() < end
        time.sleep(0.2)
    assert task.task_state == sushy.TASK_STATE_COMPLETED, task.task_state
    assert task.task_status == sushy.HEALTH_OK, task.task_status
    while True:
        bios = [one for one in service.firmware_inventory.get_members()
                if one.identity == 'BIOS'][0]
        if bios.version and bios.version.startswith(version):
            break
        assert time.monotonic() < end, bios.version
        time.sleep(0.2)
        service.firmware_inventory.invalidate(force_refresh=True)
        bios.invalidate(force_refresh=True)
    assert bios.updateable
    system.invalidate(force_refresh=True)
    assert root.get_system(system.path).bios_version.startswith(version)


main()
