/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * $filter (DSP0266 section "$filter query parameter"): an expression over
 * the properties of a collection's members.
 */
#ifndef QEMU_BMC_REDFISH_RF_FILTER_H
#define QEMU_BMC_REDFISH_RF_FILTER_H

#include <glib.h>
#include <json-glib/json-glib.h>
#include <stdbool.h>

typedef struct RfFilter RfFilter;

/**
 * rf_filter_parse: parse an expression: comparisons with eq, ne, lt, le, gt
 * and ge of a property path ("Status/Health") and a literal (text in single
 * quotes, number, true, false, null), with not, and, or and parentheses.
 *
 * @text: the expression, decoded
 *
 * Returns: (transfer full): the filter, or NULL if it is not well-formed, or
 * larger than anybody needs
 */
RfFilter *rf_filter_parse(const char *text);

/**
 * rf_filter_free: free a filter.
 *
 * @filter: the filter, or NULL
 */
void rf_filter_free(RfFilter *filter);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RfFilter, rf_filter_free)

/**
 * rf_filter_matches: whether an expression holds for a resource. A property
 * that is not there is like one that is null; a comparison of values of
 * different types does not hold, except with ne.
 *
 * @filter: the filter
 * @object: the resource
 *
 * Returns: true if it does
 */
bool rf_filter_matches(const RfFilter *filter, JsonObject *object);

#endif /* QEMU_BMC_REDFISH_RF_FILTER_H */
