/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a value must be, in words, for who has to correct it. */
#ifndef QEMU_BMC_REDFISH_RF_ADVICE_H
#define QEMU_BMC_REDFISH_RF_ADVICE_H

#include "redfish/rf-resource.h"

/**
 * rf_advise_type: which type it must have.
 *
 * @property: the property or parameter
 *
 * Returns: (transfer full): a Resolution (DSP0268 Message)
 */
char *rf_advise_type(const RfProperty *property);

/**
 * rf_advise_list: which values it can have now.
 *
 * @property: the property or parameter, with RfProperty.texts
 * @ctx: the resource that has it
 *
 * Returns: (transfer full): a Resolution
 */
char *rf_advise_list(const RfProperty *property, const RfContext *ctx);

/**
 * rf_advise_range: how small and large, or short and long, it can be.
 *
 * @property: the property or parameter
 * @unit: what is counted, with a blank before it; may be empty
 *
 * Returns: (transfer full): a Resolution
 */
char *rf_advise_range(const RfProperty *property, const char *unit);

#endif /* QEMU_BMC_REDFISH_RF_ADVICE_H */
