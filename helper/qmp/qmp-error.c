/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Errors that QEMU itself returns, by QMP error class. */
#include "osdep.h"

#include "qmp/qmp-error.h"

typedef struct ErrorClass {
    const char *name;
    BmcError bmc;
} ErrorClass;

/* Indexed by QmpError. */
static const ErrorClass classes[] = {
    [QMP_ERROR_GENERIC] = { "GenericError", BMC_ERROR_FAILED },
    [QMP_ERROR_COMMAND_NOT_FOUND] = {
        "CommandNotFound", BMC_ERROR_NOT_SUPPORTED
    },
    [QMP_ERROR_DEVICE_NOT_ACTIVE] = { "DeviceNotActive", BMC_ERROR_STATE },
    [QMP_ERROR_DEVICE_NOT_FOUND] = {
        "DeviceNotFound", BMC_ERROR_NOT_FOUND
    },
    [QMP_ERROR_KVM_MISSING_CAP] = {
        "KVMMissingCap", BMC_ERROR_NOT_SUPPORTED
    },
};

G_DEFINE_QUARK(qmp-error-quark, qmp_error)

QmpError qmp_error_from_class(const char *name)
{
    unsigned i;

    for (i = 0; i < G_N_ELEMENTS(classes); i++) {
        if (g_str_equal(name, classes[i].name)) {
            return i;
        }
    }
    return QMP_ERROR_GENERIC;
}

const char *qmp_error_get_class(const GError *err)
{
    if (!err || err->domain != QMP_ERROR || err->code < 0 ||
        err->code >= (int)G_N_ELEMENTS(classes)) {
        return NULL;
    }
    return classes[err->code].name;
}

void qmp_error_to_bmc(GError *err)
{
    if (qmp_error_get_class(err)) {
        err->domain = BMC_ERROR;
        err->code = classes[err->code].bmc;
    }
}
