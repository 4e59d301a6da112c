/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Who asks: a session's token, HTTP Basic (RFC 7617) against the BMC's
 * accounts, the certificate of a TLS client, and the credentials of the peer
 * on a unix socket, in that order. Wrong passwords count towards the same
 * lockout as those over IPMI; who is locked out cannot come with a
 * certificate either.
 */
#ifndef QEMU_BMC_REDFISH_RF_AUTH_H
#define QEMU_BMC_REDFISH_RF_AUTH_H

#include <glib.h>
#include <stdbool.h>
#include <sys/types.h>

#include "bmc/sessions.h"
#include "bmc/users.h"
#include "redfish/rf.h"
#include "util/log.h"

/**
 * RfAuth: what authentication keeps between requests; embedded in the
 * service, zero to begin with.
 *
 * @log_limit: bounds the log lines about failed logins
 */
typedef struct RfAuth {
    LogLimit log_limit;
} RfAuth;

/**
 * RfUser: somebody who has been recognised.
 *
 * @name: the account, or "uid N" for a local peer
 * @slot: its slot; 0 for a local peer
 * @session: id of the session whose token he has shown, else ""
 * @privileges: RfPrivilege bits
 * @channel: how he came
 * @certificate: (nullable): what he has shown instead of a password, now or
 *               for his session; valid as long as the request
 * @must_change: he has to change his password first
 * @generation: BmcUser.generation of his account
 */
typedef struct RfUser {
    char name[BMC_USER_NAME_MAX + 1];
    unsigned slot;
    char session[BMC_SESSION_ID_LEN + 1];
    unsigned privileges;
    BmcChannel channel;
    GTlsCertificate *certificate;
    bool must_change;
    uint64_t generation;
} RfUser;

/**
 * RfAuthFunc: gets the result of rf_auth_check().
 *
 * @user: the user, or NULL when the credentials are missing or wrong
 * @busy: too many wait for their passwords to be checked: whether they are
 *        wrong is not known
 * @opaque: as given to rf_auth_check()
 */
typedef void (*RfAuthFunc)(const RfUser *user, bool busy, void *opaque);

/**
 * rf_auth_check: find out who sent a request. Who shows a token is who has
 * it, or nobody, whatever else he shows.
 *
 * @auth: state
 * @bmc: the hub
 * @request: the request
 * @cancellable: when it fires, @done is not called any more
 * @done: gets the result, possibly before this returns
 * @destroy: called after @done, or instead of it
 * @opaque: handed to both
 */
void rf_auth_check(RfAuth *auth, Bmc *bmc, const RfRequest *request,
                   GCancellable *cancellable, RfAuthFunc done,
                   GDestroyNotify destroy, void *opaque);

/**
 * rf_auth_login: find out whether a password that came in some other way is
 * right.
 *
 * @auth: state
 * @bmc: the hub
 * @request: the request that it came with
 * @name: the name
 * @password: the password
 * @cancellable: when it fires, @done is not called any more
 * @done: gets the result, possibly before this returns
 * @destroy: called after @done, or instead of it
 * @opaque: handed to both
 */
void rf_auth_login(RfAuth *auth, Bmc *bmc, const RfRequest *request,
                   const char *name, const char *password,
                   GCancellable *cancellable, RfAuthFunc done,
                   GDestroyNotify destroy, void *opaque);

/**
 * rf_auth_certificate: find out whose certificate a request came with.
 *
 * @auth: state
 * @bmc: the hub
 * @request: the request
 * @user: filled in
 *
 * Returns: false if there is none, or it is not good
 */
bool rf_auth_certificate(RfAuth *auth, Bmc *bmc, const RfRequest *request,
                         RfUser *user);

/**
 * rf_auth_renew: look again at somebody who has been recognised before: his
 * account, session or certificate may have changed or gone since.
 *
 * @bmc: the hub
 * @user: who; what he may do is brought up to date
 *
 * Returns: false if he would not be recognised any more
 */
bool rf_auth_renew(Bmc *bmc, RfUser *user);

/**
 * rf_auth_answers: whether who has sent a request gets an answer at all:
 * over a network a good certificate may be needed for that.
 *
 * @bmc: the hub
 * @request: the request
 *
 * Returns: true if so
 */
bool rf_auth_answers(Bmc *bmc, const RfRequest *request);

/**
 * rf_auth_parse_basic: take an Authorization header apart.
 *
 * @header: its value
 * @name: (out) (transfer full): the user's name
 * @password: (out) (transfer full): the password; free with secret_free()
 *
 * Returns: false if it is not well-formed Basic
 */
bool rf_auth_parse_basic(const char *header, char **name, char **password);

/**
 * rf_auth_origin: where a request comes from.
 *
 * @request: the request
 * @name: (nullable): who has sent it
 *
 * Returns: the origin, valid as long as both
 */
BmcOrigin rf_auth_origin(const RfRequest *request, const char *name);

/**
 * rf_auth_privileges: what an account of some IPMI privilege may do: the
 * roles Administrator, Operator and ReadOnly of DSP0266.
 *
 * @privilege: the account's privilege
 *
 * Returns: RfPrivilege bits
 */
unsigned rf_auth_privileges(BmcPrivilege privilege);

/**
 * rf_auth_role: the role of an account of some IPMI privilege.
 *
 * @privilege: the account's privilege
 *
 * Returns: id of the role, or NULL where there is none
 */
const char *rf_auth_role(BmcPrivilege privilege);

#endif /* QEMU_BMC_REDFISH_RF_AUTH_H */
