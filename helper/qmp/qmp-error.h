/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Errors that QEMU itself returns, by QMP error class. */
#ifndef QEMU_BMC_QMP_QMP_ERROR_H
#define QEMU_BMC_QMP_QMP_ERROR_H

#include <glib.h>

#include "util/error.h"

#define QMP_ERROR (qmp_error_quark())

/**
 * QmpError: the classes of QAPI's QapiErrorClass. The message of such an
 * error is QEMU's "desc", which is for people and not stable.
 *
 * @QMP_ERROR_GENERIC: GenericError, and any class that is not known here
 * @QMP_ERROR_COMMAND_NOT_FOUND: this QEMU has no such command
 * @QMP_ERROR_DEVICE_NOT_ACTIVE: DeviceNotActive
 * @QMP_ERROR_DEVICE_NOT_FOUND: the device named does not exist
 * @QMP_ERROR_KVM_MISSING_CAP: KVMMissingCap
 */
typedef enum QmpError {
    QMP_ERROR_GENERIC,
    QMP_ERROR_COMMAND_NOT_FOUND,
    QMP_ERROR_DEVICE_NOT_ACTIVE,
    QMP_ERROR_DEVICE_NOT_FOUND,
    QMP_ERROR_KVM_MISSING_CAP,
} QmpError;

/**
 * qmp_error_quark: the quark of %QMP_ERROR.
 *
 * Returns: the quark
 */
GQuark qmp_error_quark(void);

/**
 * qmp_error_from_class: translate a class name.
 *
 * @name: as on the wire, "DeviceNotFound"
 *
 * Returns: the class; %QMP_ERROR_GENERIC for one that is not known
 */
QmpError qmp_error_from_class(const char *name);

/**
 * qmp_error_get_class: name the QMP class of an error.
 *
 * @err: any error, or NULL
 *
 * Returns: "GenericError" etc., or NULL when QEMU did not return @err
 */
const char *qmp_error_get_class(const GError *err);

/**
 * qmp_error_to_bmc: turn an error of %QMP_ERROR into the nearest one of
 * %BMC_ERROR (CommandNotFound: NOT_SUPPORTED, DeviceNotFound: NOT_FOUND,
 * DeviceNotActive: STATE, KVMMissingCap: NOT_SUPPORTED, else FAILED),
 * keeping its message. Any other error is left as it is.
 *
 * @err: the error, changed in place; may be NULL
 */
void qmp_error_to_bmc(GError *err);

#endif /* QEMU_BMC_QMP_QMP_ERROR_H */
