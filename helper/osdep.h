/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What every source file includes first: the configuration, the C library
 * and GLib. Headers never include it.
 */
#ifndef QEMU_BMC_OSDEP_H
#define QEMU_BMC_OSDEP_H

#include "config-host.h"

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <glib.h>
#include <gio/gio.h>

#endif /* QEMU_BMC_OSDEP_H */
