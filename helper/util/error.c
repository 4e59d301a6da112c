/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The error domain shared by every layer. */
#include "osdep.h"

#include "util/error.h"

G_DEFINE_QUARK(bmc-error-quark, bmc_error)

gboolean bmc_error_is_cancelled(const GError *err)
{
    return g_error_matches(err, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}
