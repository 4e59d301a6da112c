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
 * rf_filter_is_of: whether an expression is about some properties only.
 *
 * @filter: the filter
 * @names: their names, NULL-terminated
 *
 * Returns: true if it names no other
 */
bool rf_filter_is_of(const RfFilter *filter, const char *const *names);

/**
 * rf_filter_names: whether an expression is about a property.
 *
 * @filter: the filter
 * @name: its name
 *
 * Returns: true if it is
 */
bool rf_filter_names(const RfFilter *filter, const char *name);

/**
 * rf_filter_below: let URIs stand for what is below them, too, if the
 * expression says so.
 *
 * @filter: the filter
 * @flag: the property that says so when it is compared with true; that
 *        comparison holds then, whatever the resource
 * @name: the property that is compared with URIs
 */
void rf_filter_below(RfFilter *filter, const char *flag, const char *name);

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
