/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Query parameters (DSP0266 section "Query parameters"). */
#ifndef QEMU_BMC_REDFISH_RF_QUERY_H
#define QEMU_BMC_REDFISH_RF_QUERY_H

/**
 * rf_query_unsupported: find a parameter that must be refused. One that
 * begins with '$' may not be ignored when it is not supported; any other
 * that is not known must be ignored.
 *
 * @query: (nullable): the query string as sent
 *
 * Returns: (transfer full): the parameter's name, or NULL
 */
char *rf_query_unsupported(const char *query);

#endif /* QEMU_BMC_REDFISH_RF_QUERY_H */
