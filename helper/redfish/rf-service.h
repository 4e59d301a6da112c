/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files of the service share with each other, and nobody else. */
#ifndef QEMU_BMC_REDFISH_RF_SERVICE_H
#define QEMU_BMC_REDFISH_RF_SERVICE_H

#include "redfish/rf-auth.h"
#include "redfish/rf-error.h"
#include "redfish/rf-exchange.h"
#include "redfish/rf.h"

/**
 * RfService: see redfish/rf.h. Writers are served one after the other:
 * between the check of If-Match and the end of the change nobody else may
 * change the resource.
 *
 * @families: tables of resources
 * @cache: @odata.id to RfRepresentation
 * @exchanges: all that are not answered
 * @writers: those of them that wait for their turn
 * @writer: whose turn it is
 * @gathers: those of @exchanges whose query waits for others to be answered
 * @n_gathers: queries that are being collected for
 * @events: (nullable): what has happened
 * @audit_limits: bound the log lines about changes, by the slot of who makes
 *                them and whether they are refused: nobody can hide what
 *                others do behind what he does himself
 */
struct RfService {
    Bmc *bmc;
    const RfResource *const *families;
    RfAuth auth;
    GHashTable *cache;
    GQueue exchanges;
    GQueue writers;
    RfExchange *writer;
    struct RfEvents *events;
    bool in_run_writers;
    GQueue gathers;
    unsigned n_gathers;
    bool in_run_gathers;
    LogLimit audit_limits[BMC_USERS_MAX + 1][2];
};

/**
 * RfRepresentation: a resource as it was last built.
 *
 * @refs: references
 * @stamp: of the parts of the model that it shows
 * @body: what it is
 * @gzip: (nullable): the same, compressed, once somebody has wanted that
 * @etag: its entity tag
 * @link: (nullable): value of the Link header
 */
typedef struct RfRepresentation {
    unsigned refs;
    uint64_t stamp;
    GBytes *body;
    GBytes *gzip;
    char *etag;
    char *link;
} RfRepresentation;

/**
 * rf_represent_init: make the cache.
 *
 * @service: the service
 */
void rf_represent_init(RfService *service);

/**
 * rf_represent: build what an exchange's path names, or take it from the
 * cache.
 *
 * @x: the exchange, prepared
 *
 * Returns: (transfer none): valid until the main loop runs, or with a
 *          reference
 */
RfRepresentation *rf_represent(RfExchange *x);

/**
 * rf_representation_ref: take a reference.
 *
 * @r: the representation
 *
 * Returns: @r
 */
RfRepresentation *rf_representation_ref(RfRepresentation *r);

/**
 * rf_representation_unref: drop a reference.
 *
 * @r: the representation, or NULL
 */
void rf_representation_unref(RfRepresentation *r);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RfRepresentation, rf_representation_unref)

/**
 * rf_answer_representation: answer with a representation, compressed where
 * that is wanted; 304 where If-None-Match allows it.
 *
 * @x: the exchange
 * @r: what to answer with; a reference is taken if that takes longer
 * @secret: it must not be compressed
 */
void rf_answer_representation(RfExchange *x, RfRepresentation *r,
                              bool secret);

/**
 * rf_prepare: have the resource prepared, if it needs that, and go on.
 *
 * @x: the exchange
 * @go_on: called once
 */
void rf_prepare(RfExchange *x, void (*go_on)(RfExchange *x));

/**
 * rf_route: find out what a path names.
 *
 * @x: the exchange, whose route and context are filled in
 * @path: the path as sent
 *
 * Returns: false if it names nothing that is there
 */
bool rf_route(RfExchange *x, const char *path);

/**
 * rf_exchange_is_there: whether what an exchange is about is still there:
 * to be asked whenever something else could happen since rf_route().
 *
 * @x: the exchange, whose path has been found
 *
 * Returns: false if it has gone
 */
bool rf_exchange_is_there(const RfExchange *x);

/**
 * rf_add_header: add a header to an answer.
 *
 * @response: the answer
 * @name: the header's name
 * @value: (nullable): its value; nothing is added without one
 */
void rf_add_header(RfResponse *response, const char *name,
                   const char *value);

/**
 * rf_answer: send an answer; the exchange is over.
 *
 * @x: the exchange
 * @response: the answer
 */
void rf_answer(RfExchange *x, RfResponse *response);

/**
 * rf_answer_errors: answer with errors.
 *
 * @x: the exchange
 * @messages: what is wrong, not empty
 * @status: HTTP status; 0 takes that of the first message
 */
void rf_answer_errors(RfExchange *x, const RfMessages *messages,
                      unsigned status);

/**
 * rf_answer_missing: answer that there is nothing at the path of a request.
 *
 * @x: the exchange
 */
void rf_answer_missing(RfExchange *x);

/**
 * rf_answer_error: answer with an error.
 *
 * @x: the exchange
 * @id: the message, one without arguments
 */
void rf_answer_error(RfExchange *x, RfMessageId id);

/**
 * rf_answer_error_about: answer with an error that has one argument.
 *
 * @x: the exchange
 * @id: the message
 * @arg: its argument
 * @status: HTTP status; 0 takes that of the message
 */
void rf_answer_error_about(RfExchange *x, RfMessageId id, const char *arg,
                           unsigned status);

/**
 * rf_add_must_change: say that the user has to change his password, and
 * where.
 *
 * @x: the exchange
 * @messages: gets the message
 */
void rf_add_must_change(const RfExchange *x, RfMessages *messages);

/**
 * rf_exchange_stream: answer with what comes piece by piece, of the type that
 * RfResource.content_type names.
 *
 * @x: the exchange
 * @stream: what to do about it; NULL only tells the type
 * @opaque: handed to its functions
 */
void rf_exchange_stream(RfExchange *x, const RfStream *stream, void *opaque);

/**
 * rf_answer_resource: answer with the resource; 304 where If-None-Match
 * allows it.
 *
 * @x: the exchange, prepared
 */
void rf_answer_resource(RfExchange *x);

/**
 * rf_answer_query: answer with what the exchange's query makes of the
 * resource.
 *
 * @x: the exchange, prepared
 */
void rf_answer_query(RfExchange *x);

/**
 * rf_gather_release: a query is answered, or will not be: another one that
 * waits may have its turn.
 *
 * @gather: what it collects
 */
void rf_gather_release(struct RfGather *gather);

/**
 * rf_gather_free: forget what a query collects.
 *
 * @gather: it, or NULL
 */
void rf_gather_free(struct RfGather *gather);

/**
 * rf_read_body: parse the body of a request.
 *
 * @x: the exchange
 * @may_be_empty: none at all is as good as {}
 *
 * Returns: (transfer full): the body, or NULL when the error is answered
 */
JsonObject *rf_read_body(RfExchange *x, bool may_be_empty);

/**
 * rf_privileges: what the user may do with the resource: ConfigureSelf is
 * left out where it is not his own.
 *
 * @x: the exchange
 *
 * Returns: RfPrivilege bits
 */
unsigned rf_privileges(const RfExchange *x);

/**
 * rf_write: do what PATCH, POST or DELETE asks for.
 *
 * @x: the exchange; the user may do it
 */
void rf_write(RfExchange *x);

/**
 * rf_run_writers: let the next writers have their turn.
 *
 * @service: the service
 */
void rf_run_writers(RfService *service);

#endif /* QEMU_BMC_REDFISH_RF_SERVICE_H */
