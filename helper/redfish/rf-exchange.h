/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One request on its way to its answer, as setters and actions see it. */
#ifndef QEMU_BMC_REDFISH_RF_EXCHANGE_H
#define QEMU_BMC_REDFISH_RF_EXCHANGE_H

#include <gio/gio.h>
#include <glib.h>

#include "redfish/rf-auth.h"
#include "redfish/rf-patch.h"
#include "redfish/rf-query.h"
#include "redfish/rf-resource.h"
#include "redfish/rf-router.h"
#include "redfish/rf.h"

/**
 * RfExchange: a request that is being answered. A setter or action takes a
 * reference for its callback. There it first looks whether @cancellable has
 * fired: then the service is gone, and it only drops the reference.
 *
 * @refs: references
 * @service: the service; NULL once it is answered
 * @link: place in the service's list
 * @request: the request
 * @respond: gets the answer
 * @opaque: handed to @respond
 * @cancellable: fires when the service goes
 * @route: what the path names
 * @context: the resource, for getters
 * @user: who asks
 * @origin: the same, for the hub
 * @patch: what is to be written, made, or the parameters of the action
 * @next_setter: index of the setter to call next
 * @query: what its query asks for
 * @gather: (nullable): the resources that the query collects
 * @gather_parent: (nullable): what it is collected for: nobody waits for an
 *                 answer to it
 * @go_on: what follows RfResource.prepare
 * @status: of the answer, where it is a resource that was made
 * @notes: (nullable): what is said together with a resource
 * @location: (nullable): Location header of the answer
 * @header: (nullable): name of a header of the answer, beside the usual ones
 * @value: (nullable): its value
 */
struct RfExchange {
    unsigned refs;
    RfService *service;
    GList link;
    RfRequest request;
    RfRespondFunc respond;
    void *opaque;
    GCancellable *cancellable;
    RfRoute route;
    RfContext context;
    RfUser user;
    BmcOrigin origin;
    RfPatch *patch;
    unsigned next_setter;
    RfQuery query;
    struct RfGather *gather;
    struct RfGather *gather_parent;
    void (*go_on)(RfExchange *x);
    unsigned status;
    RfMessages *notes;
    char *location;
    char *header;
    char *value;
};

/**
 * rf_exchange_ref: take a reference.
 *
 * @x: the exchange
 *
 * Returns: @x
 */
RfExchange *rf_exchange_ref(RfExchange *x);

/**
 * rf_exchange_unref: drop a reference.
 *
 * @x: the exchange, or NULL
 */
void rf_exchange_unref(RfExchange *x);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RfExchange, rf_exchange_unref)

/**
 * rf_exchange_set_user: it is known who asks.
 *
 * @x: the exchange
 * @user: who; copied
 */
void rf_exchange_set_user(RfExchange *x, const RfUser *user);

/**
 * rf_still_may: look again whether the user may do what he asks for: to be
 * called before a request that has waited does anything.
 *
 * @x: the exchange
 *
 * Returns: false when it has answered that he may not
 */
bool rf_still_may(RfExchange *x);

/**
 * rf_exchange_complete: what a setter or an action has begun is done.
 *
 * @x: the exchange
 * @err: (nullable): why it failed
 */
void rf_exchange_complete(RfExchange *x, const GError *err);

/**
 * rf_exchange_complete_kept: what a setter has begun is done when the state
 * has been written to disk.
 *
 * @x: the exchange; the caller keeps its reference
 */
void rf_exchange_complete_kept(RfExchange *x);

/**
 * rf_exchange_fail: what a setter or an action has begun is not possible,
 * for reasons that GError cannot tell.
 *
 * @x: the exchange
 * @messages: what is wrong, not empty
 */
void rf_exchange_fail(RfExchange *x, const RfMessages *messages);

/**
 * rf_exchange_created: RfCreate.start has made a member: 201, with Location
 * and the new resource.
 *
 * @x: the exchange
 * @uri: the new resource's URI
 * @header: (nullable): name of another header
 * @value: (nullable): its value
 */
void rf_exchange_created(RfExchange *x, const char *uri, const char *header,
                         const char *value);

/**
 * rf_exchange_created_kept: the same once the state has been written to disk.
 *
 * @x: the exchange; the caller keeps its reference
 * @uri: the new resource's URI
 */
void rf_exchange_created_kept(RfExchange *x, const char *uri);

/**
 * rf_exchange_accepted: what an action has begun goes on: 202, with the
 * task that tells about it (DSP0266 "Asynchronous operations").
 *
 * @x: the exchange
 * @task: URI of the task
 * @monitor: URI of its monitor, for Location
 */
void rf_exchange_accepted(RfExchange *x, const char *task,
                          const char *monitor);

/**
 * rf_exchange_done: 204, whatever the request was.
 *
 * @x: the exchange
 */
void rf_exchange_done(RfExchange *x);

/**
 * rf_exchange_respond: an action is done and has an answer of its own.
 *
 * @x: the exchange
 * @status: HTTP status
 * @body: (transfer none): the answer
 */
void rf_exchange_respond(RfExchange *x, unsigned status, JsonObject *body);

/**
 * rf_exchange_prepared: what RfResource.prepare has looked for is found.
 *
 * @x: the exchange
 * @prepared: (transfer full): for RfContext.prepared; freed with g_free()
 */
void rf_exchange_prepared(RfExchange *x, void *prepared);

#endif /* QEMU_BMC_REDFISH_RF_EXCHANGE_H */
