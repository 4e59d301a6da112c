/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What has changed of the service's resources: which have come, gone, or
 * show something else than before. It is found by looking at them again when
 * a part of the model that they show has changed, so that no family has to
 * tell of its own changes.
 */
#ifndef QEMU_BMC_REDFISH_RF_EVENT_WATCH_H
#define QEMU_BMC_REDFISH_RF_EVENT_WATCH_H

#include "bmc/bmc.h"
#include "redfish/rf-event-messages.h"
#include "redfish/rf-resource.h"

#define RF_EVENT_WATCH_MEMBERS_MAX 256 /* of one collection */

typedef struct RfEventWatch RfEventWatch;

/**
 * RfEventWatchFunc: a resource has changed.
 *
 * @what: %RF_RESOURCE_CREATED, %RF_RESOURCE_REMOVED or %RF_RESOURCE_CHANGED
 * @type: its type, without version
 * @uri: which it is
 * @opaque: as given to rf_event_watch_new()
 */
typedef void (*RfEventWatchFunc)(RfResourceEvent what, const char *type,
                                 const char *uri, void *opaque);

/**
 * rf_event_watch_new: begin to watch.
 *
 * @bmc: the hub
 * @families: tables of resources, NULL-terminated
 * @tell: told of changes, from rf_event_watch_changed()
 * @opaque: handed to @tell
 *
 * Returns: (transfer full): the watch
 */
RfEventWatch *rf_event_watch_new(Bmc *bmc, const RfResource *const *families,
                                 RfEventWatchFunc tell, void *opaque);

/**
 * rf_event_watch_free: stop.
 *
 * @watch: the watch, or NULL
 */
void rf_event_watch_free(RfEventWatch *watch);

/**
 * rf_event_watch_changed: look again at what shows a part of the model.
 *
 * @watch: the watch
 * @part: the part that has changed
 */
void rf_event_watch_changed(RfEventWatch *watch, BmcPart part);

/**
 * rf_event_watch_note: what a resource shows now is known already.
 *
 * @watch: the watch
 * @uri: the resource
 */
void rf_event_watch_note(RfEventWatch *watch, const char *uri);

#endif /* QEMU_BMC_REDFISH_RF_EVENT_WATCH_H */
