/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From the path of a request to the resource or action that it names. */
#ifndef QEMU_BMC_REDFISH_RF_ROUTER_H
#define QEMU_BMC_REDFISH_RF_ROUTER_H

#include <stdbool.h>

#include "redfish/rf-resource.h"

#define RF_PATH_MAX 512
#define RF_SEGMENTS_MAX 16

/**
 * RfRoute: what a path names.
 *
 * @resource: the resource
 * @action: the action of @resource, or NULL
 * @members: it is the Members property, which can be posted to like its
 *           collection
 * @info: it is not the action itself, but its ActionInfo
 * @ids: the ids in the path, decoded; they point into the route itself, so
 *       it must not be copied
 * @buf: storage of @ids
 */
typedef struct RfRoute {
    const RfResource *resource;
    const RfAction *action;
    bool members;
    bool info;
    const char *ids[RF_IDS_MAX];
    char buf[RF_PATH_MAX];
} RfRoute;

/**
 * rf_router_match: find what a path names. A trailing slash makes no
 * difference. Whether the ids exist is not looked at.
 *
 * @families: tables of resources, NULL-terminated
 * @path: the path as sent, percent-encoded
 * @route: filled in
 *
 * Returns: false if it names nothing
 */
bool rf_router_match(const RfResource *const *families, const char *path,
                     RfRoute *route);

/**
 * rf_route_allow: the methods that go with what a path names.
 *
 * @route: the route, which names something
 *
 * Returns: value of the Allow header
 */
const char *rf_route_allow(const RfRoute *route);

/**
 * rf_router_uri: the one way to write a resource's path.
 *
 * @resource: the resource
 * @ids: the ids in it
 * @uri: filled in
 *
 * Returns: false if it does not fit
 */
bool rf_router_uri(const RfResource *resource,
                   const char *const ids[RF_IDS_MAX], char uri[RF_URI_MAX]);

#endif /* QEMU_BMC_REDFISH_RF_ROUTER_H */
