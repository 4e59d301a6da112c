/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The error domain shared by every layer. */
#ifndef QEMU_BMC_UTIL_ERROR_H
#define QEMU_BMC_UTIL_ERROR_H

#include <glib.h>

#define BMC_ERROR (bmc_error_quark())

/**
 * BmcError: why an operation failed, in terms that a front end can translate
 * into its own (HTTP status, IPMI completion code, exit code).
 *
 * @BMC_ERROR_FAILED: anything that none of the others says
 * @BMC_ERROR_INVALID: a value is malformed or out of range
 * @BMC_ERROR_NOT_SUPPORTED: well formed, but not offered by this machine
 * @BMC_ERROR_NOT_FOUND: the thing named does not exist
 * @BMC_ERROR_EXISTS: the thing to be made is there already
 * @BMC_ERROR_PERMISSION: the operating system or a policy refused
 * @BMC_ERROR_AUTH: the credentials are wrong
 * @BMC_ERROR_STATE: not possible in the machine's present state
 * @BMC_ERROR_UNAVAILABLE: QEMU cannot be reached
 * @BMC_ERROR_BUSY: another operation is in the way; try again
 * @BMC_ERROR_TIMEOUT: no answer in time
 * @BMC_ERROR_PROTOCOL: the other side broke its protocol
 * @BMC_ERROR_LIMIT: a table, queue or size limit is reached
 * @BMC_ERROR_USAGE: wrong options or configuration (exit code 2)
 */
typedef enum BmcError {
    BMC_ERROR_FAILED,
    BMC_ERROR_INVALID,
    BMC_ERROR_NOT_SUPPORTED,
    BMC_ERROR_NOT_FOUND,
    BMC_ERROR_EXISTS,
    BMC_ERROR_PERMISSION,
    BMC_ERROR_AUTH,
    BMC_ERROR_STATE,
    BMC_ERROR_UNAVAILABLE,
    BMC_ERROR_BUSY,
    BMC_ERROR_TIMEOUT,
    BMC_ERROR_PROTOCOL,
    BMC_ERROR_LIMIT,
    BMC_ERROR_USAGE,
} BmcError;

/**
 * bmc_error_quark: the quark of %BMC_ERROR.
 *
 * Returns: the quark
 */
GQuark bmc_error_quark(void);

/**
 * bmc_error_is_cancelled: tell whether an operation ended because its
 * GCancellable fired, which in this project always means that the caller's
 * data may be gone: a callback that sees it returns at once and touches
 * nothing that it does not own.
 *
 * @err: the error, or NULL
 *
 * Returns: true for %G_IO_ERROR_CANCELLED
 */
gboolean bmc_error_is_cancelled(const GError *err);

#endif /* QEMU_BMC_UTIL_ERROR_H */
