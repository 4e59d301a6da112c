/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Login sessions over Redfish (DSP0266 "Session login authentication"):
 * somebody who has shown a password gets a token that stands for it. Tokens
 * are kept as digests only. Sessions do not outlive the process.
 *
 * A session ends when its user logs out, when nobody uses it for some time,
 * and as soon as its account is another one: deleted, renamed, disabled, or
 * with another password. A new privilege holds at once.
 */
#ifndef QEMU_BMC_BMC_SESSIONS_H
#define QEMU_BMC_BMC_SESSIONS_H

#include "bmc/bmc.h"
#include "bmc/users.h"

#define BMC_SESSIONS_MAX 64      /* at once */
#define BMC_SESSIONS_USER_MAX 40 /* of them, of one account */
#define BMC_SESSION_ID_LEN 16
#define BMC_SESSION_TOKEN_LEN 64
#define BMC_SESSION_CONTEXT_MAX 128 /* bytes */

/* Seconds without use after which a session ends (DSP0268). */
#define BMC_SESSION_TIMEOUT_MIN 30
#define BMC_SESSION_TIMEOUT_MAX 86400
#define BMC_SESSION_TIMEOUT_DEFAULT 1800

/**
 * BmcSession: a session.
 *
 * @id: its name in the URI, which tells nothing about its token
 * @slot: its account
 * @peer: (nullable): where it was made
 * @context: (nullable): what its maker calls it
 * @created_us: when it was made; microseconds since 1970, UTC
 * @certificate: (nullable): what its maker has shown instead of a password;
 *               it ends when that is not good any more
 */
typedef struct BmcSession {
    char id[BMC_SESSION_ID_LEN + 1];
    unsigned slot;
    char *peer;
    char *context;
    int64_t created_us;
    GTlsCertificate *certificate;
} BmcSession;

/**
 * BmcSessionConfig: settings. They survive the process.
 *
 * @enabled: sessions can be made and ended by users; while it is false,
 *           those that are there can still be used
 * @timeout_s: %BMC_SESSION_TIMEOUT_MIN to %BMC_SESSION_TIMEOUT_MAX
 */
typedef struct BmcSessionConfig {
    bool enabled;
    unsigned timeout_s;
} BmcSessionConfig;

/**
 * bmc_sessions_config: the settings.
 *
 * @bmc: the hub
 *
 * Returns: (transfer none): the settings
 */
const BmcSessionConfig *bmc_sessions_config(const Bmc *bmc);

/**
 * bmc_sessions_configure: change the settings. A shorter time holds for
 * sessions that are there, too.
 *
 * @bmc: the hub
 * @config: valid settings; copied
 * @origin: who asks
 */
void bmc_sessions_configure(Bmc *bmc, const BmcSessionConfig *config,
                            const BmcOrigin *origin);

/**
 * bmc_session_make: make a session of a user who has been recognised.
 *
 * @bmc: the hub
 * @user: the account
 * @certificate: (nullable): by his certificate; else by his password
 * @context: (nullable): what the user calls it
 * @origin: who asks, and where
 * @token: filled in with its token, terminated; to be wiped by the caller
 * @errp: BMC_ERROR_LIMIT when there are too many: others' sessions, and the
 *        user's own, never give way
 *
 * Returns: (transfer none): the session, valid until the main loop runs, or
 * NULL
 */
const BmcSession *bmc_session_make(Bmc *bmc, const BmcUser *user,
                                   GTlsCertificate *certificate,
                                   const char *context,
                                   const BmcOrigin *origin,
                                   char token[BMC_SESSION_TOKEN_LEN + 1],
                                   GError **errp);

/**
 * bmc_session_use: find the session that a token stands for; its time
 * begins anew. The time that this takes tells nothing about any token.
 *
 * @bmc: the hub
 * @token: what somebody says is a token
 *
 * Returns: (transfer none): the session, valid until the main loop runs, or
 * NULL
 */
const BmcSession *bmc_session_use(Bmc *bmc, const char *token);

/**
 * bmc_session_go_on: a request of a session goes on, which counts as use.
 *
 * @bmc: the hub
 * @id: its id
 *
 * Returns: false if there is no such session any more
 */
bool bmc_session_go_on(Bmc *bmc, const char *id);

/**
 * bmc_session_find: find a session by its id.
 *
 * @bmc: the hub
 * @id: the id
 *
 * Returns: (transfer none): the session, valid until the main loop runs, or
 * NULL
 */
const BmcSession *bmc_session_find(const Bmc *bmc, const char *id);

/**
 * bmc_session_nth: all sessions, the oldest first.
 *
 * @bmc: the hub
 * @n: 0 and up
 *
 * Returns: (transfer none): the session, valid until the main loop runs;
 * NULL beyond the last
 */
const BmcSession *bmc_session_nth(const Bmc *bmc, unsigned n);

/**
 * bmc_session_end: end a session.
 *
 * @bmc: the hub
 * @id: its id; nothing happens when there is none
 * @origin: who asks
 */
void bmc_session_end(Bmc *bmc, const char *id, const BmcOrigin *origin);

/**
 * bmc_sessions_end_all: end all sessions, as a restart of the BMC does.
 *
 * @bmc: the hub
 */
void bmc_sessions_end_all(Bmc *bmc);

/**
 * bmc_sessions_account_changed: end the sessions of an account that is
 * another one now. For helper/bmc/users-change.c.
 *
 * @bmc: the hub
 * @slot: the account's slot
 */
void bmc_sessions_account_changed(Bmc *bmc, unsigned slot);

/**
 * bmc_sessions_trust_changed: end the sessions whose certificates are not
 * good any more. For helper/bmc/trust.c.
 *
 * @bmc: the hub
 */
void bmc_sessions_trust_changed(Bmc *bmc);

#endif /* QEMU_BMC_BMC_SESSIONS_H */
