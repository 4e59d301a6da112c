/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which privilege an operation needs, as others can read it. */
#ifndef QEMU_BMC_REDFISH_RF_PRIVILEGES_H
#define QEMU_BMC_REDFISH_RF_PRIVILEGES_H

#include "redfish/rf-resource.h"

#define RF_PRIVILEGES_ID "QemuBmc_1.0.0_PrivilegeRegistry"
#define RF_PRIVILEGES_URI "/redfish/v1/AccountService/PrivilegeMap"

/**
 * rf_privilege_of: what an operation needs.
 *
 * @resource: the resource
 * @method: GET, HEAD, PATCH, POST or DELETE
 * @mask: set to RfPrivilege bits, of which one is enough; 0 needs no
 *        authentication
 *
 * Returns: false if the resource does not have the operation
 */
bool rf_privilege_of(const RfResource *resource, const char *method,
                     unsigned *mask);

#endif /* QEMU_BMC_REDFISH_RF_PRIVILEGES_H */
