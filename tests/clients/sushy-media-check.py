#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Boot a medium through sushy, as Ironic does, or take it out.

sushy-media-check.py URL insert IMAGE
sushy-media-check.py URL eject

Ends with a traceback when something is not as it must be.
"""

import os
import sys
import warnings

import sushy

warnings.simplefilter('ignore')


def find_cd(root):
    """Ironic takes the first that has the media type that it wants."""
    manager = root.get_manager('/redfish/v1/Managers/1')
    for medium in manager.virtual_media.get_members():
        if sushy.VIRTUAL_MEDIA_CD in medium.media_types:
            return medium
    raise AssertionError('no CD drive')


def insert(system, cd, image):
    """What follows does not wait for what the service has accepted."""
    system.reset_system(sushy.RESET_FORCE_OFF)
    if cd.inserted:
        raise AssertionError('there is a medium already')
    cd.insert_media(image, inserted=True, write_protected=True)
    system.set_system_boot_options(
        target=sushy.BOOT_SOURCE_TARGET_CD,
        enabled=sushy.BOOT_SOURCE_ENABLED_ONCE)
    system.reset_system(sushy.RESET_ON)
    cd.refresh(force=True)
    if not cd.inserted or cd.image != image:
        raise AssertionError('%r is in, %r' % (cd.image, cd.inserted))


def eject(system, cd):
    cd.eject_media()
    cd.refresh(force=True)
    if cd.inserted or cd.image:
        raise AssertionError('%r is in still' % cd.image)
    system.reset_system(sushy.RESET_FORCE_RESTART)


def main():
    # With this in the environment, requests would verify all the same.
    os.environ.pop('REQUESTS_CA_BUNDLE', None)
    os.environ.pop('CURL_CA_BUNDLE', None)
    root = sushy.Sushy(sys.argv[1], verify=False,
                       auth=sushy.auth.BasicAuth('admin', 'password'))
    system = root.get_system('/redfish/v1/Systems/1')
    if sys.argv[2] == 'insert':
        insert(system, find_cd(root), sys.argv[3])
    else:
        eject(system, find_cd(root))


main()
