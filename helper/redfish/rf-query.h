/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Query parameters (DSP0266 section "Query parameters"). */
#ifndef QEMU_BMC_REDFISH_RF_QUERY_H
#define QEMU_BMC_REDFISH_RF_QUERY_H

#include <glib.h>
#include <json-glib/json-glib.h>
#include <stdbool.h>

#include "redfish/rf-error.h"
#include "redfish/rf-filter.h"

/* Levels of $expand; what a service has is not much deeper. */
#define RF_EXPAND_LEVELS_MAX 6
#define RF_QUERY_TOP_MAX 100000

/**
 * RfExpand: which references $expand follows.
 *
 * @RF_EXPAND_NONE: none
 * @RF_EXPAND_SUBORDINATE: ".": those not in Links
 * @RF_EXPAND_LINKS: "~": those in Links
 * @RF_EXPAND_ALL: "*": all, also those in annotations
 */
typedef enum RfExpand {
    RF_EXPAND_NONE,
    RF_EXPAND_SUBORDINATE,
    RF_EXPAND_LINKS,
    RF_EXPAND_ALL,
} RfExpand;

/**
 * RfQuery: what a query asks for; all zero without one.
 *
 * @only: the one member instead of the collection
 * @excerpt: the excerpt of the resource
 * @expand: which references are followed
 * @levels: how deep, 1 and up
 * @filter: (nullable): which members
 * @filter_text: (nullable): that, as it was written
 * @skip: how many members are left out at the beginning
 * @top: how many members at most; -1 for all
 * @select: (nullable): tree of the properties that are wanted, objects for
 *          those with members, null for the others
 * @any: any of these is there
 */
typedef struct RfQuery {
    bool only;
    bool excerpt;
    RfExpand expand;
    unsigned levels;
    RfFilter *filter;
    char *filter_text;
    int64_t skip;
    int64_t top;
    JsonObject *select;
    bool any;
} RfQuery;

/**
 * rf_query_parse: parse a query. A parameter that begins with '$' may not be
 * ignored when it is not supported (501); any other that is not known is.
 *
 * @text: (nullable): the query string as sent
 * @query: filled in; to be cleared in any case
 * @messages: gets what is wrong
 *
 * Returns: false if anything is
 */
bool rf_query_parse(const char *text, RfQuery *query, RfMessages *messages);

/**
 * rf_query_clear: free what a query holds.
 *
 * @query: the query
 */
void rf_query_clear(RfQuery *query);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(RfQuery, rf_query_clear)

/**
 * rf_query_select: reduce a resource, and its members where it is a
 * collection that was expanded, to what $select asks for. What identifies a
 * resource stays.
 *
 * @select: RfQuery.select
 * @object: the resource, which is changed
 */
void rf_query_select(JsonObject *select, JsonObject *object);

#endif /* QEMU_BMC_REDFISH_RF_QUERY_H */
