/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What to tell people whose monitor cannot be reached. */
#include "osdep.h"

#include "qmp/qmp-hint.h"

#include "util/addr.h"
#include "util/error.h"

GError *qmp_hint_connect(GSocketAddress *addr, const GError *err)
{
    g_autofree char *text = addr_to_string(addr);
    bool local = g_socket_address_get_family(addr) == G_SOCKET_FAMILY_UNIX;
    BmcError code = BMC_ERROR_UNAVAILABLE;

    if (g_error_matches(err, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK)) {
        return g_error_new(BMC_ERROR, BMC_ERROR_TIMEOUT,
                           "QMP socket %s has no room for one more client: "
                           "another client holds it; give qemu-bmc its own "
                           "-qmp", text);
    }
    if (g_error_matches(err, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED)) {
        return g_error_new(BMC_ERROR, BMC_ERROR_PERMISSION,
                           "cannot connect to QMP socket %s: %s (check the "
                           "permissions of the socket and of the directories "
                           "above it)", text, err->message);
    }
    if (g_error_matches(err, G_IO_ERROR, G_IO_ERROR_NOT_FOUND) ||
        g_error_matches(err, G_IO_ERROR, G_IO_ERROR_NOT_DIRECTORY)) {
        code = BMC_ERROR_NOT_FOUND;
    }
    return g_error_new(BMC_ERROR, code,
                       "cannot connect to QMP socket %s: %s (is QEMU running "
                       "with -qmp %s:%s,server=on,wait=off?)", text,
                       err->message, local ? "unix" : "tcp", text);
}
