/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Lockout after wrong passwords (IPMI 2.0 table 23-4, parameter 26).
 *
 * It holds for a user at an address, so that a stranger cannot lock the
 * administrator out. Only if the policy says that a user stays disabled
 * until somebody enables it again, with a lockout time of 0, does it hold
 * for the user wherever it comes from. The machine's inside and the local
 * socket are never locked out: somebody must be able to put things right.
 *
 * A front end counts a failure only when the peer is known to receive at its
 * address: otherwise forged addresses could lock others out.
 */
#ifndef QEMU_BMC_BMC_LOCKOUT_H
#define QEMU_BMC_BMC_LOCKOUT_H

#include "bmc/bmc.h"

/* Users at addresses that are remembered; the longest unused gives way. */
#define BMC_LOCKOUT_MAX 256
#define BMC_LOCKOUT_UNANSWERED_MAX 600

/**
 * BmcLockoutPolicy: when a user is locked out. Without bmc_lockout_set(): at
 * 10 failures, each within 60 s of the one before, for 60 s.
 *
 * @threshold: failures that lock out; 0 for never
 * @reset_s: failures are forgotten that long after the last one; 0 for only
 *           when the right password comes
 * @lockout_s: how long it lasts; 0 for the user as a whole, until
 *             bmc_lockout_enable()
 * @event: report a lockout with bmc_event_add()
 */
typedef struct BmcLockoutPolicy {
    unsigned threshold;
    unsigned reset_s;
    unsigned lockout_s;
    bool event;
} BmcLockoutPolicy;

/**
 * bmc_lockout_set: change the policy. What was counted is forgotten, users
 * that are disabled stay so.
 *
 * @bmc: the hub
 * @policy: the policy; copied
 */
void bmc_lockout_set(Bmc *bmc, const BmcLockoutPolicy *policy);

/**
 * bmc_lockout_get: the policy as it is.
 *
 * @bmc: the hub
 *
 * Returns: (transfer none): the policy
 */
const BmcLockoutPolicy *bmc_lockout_get(const Bmc *bmc);

/**
 * bmc_lockout_allows: whether a user may try a password.
 *
 * @bmc: the hub
 * @slot: the user's slot
 * @origin: where from
 *
 * Returns: false if it is locked out; the password must not be looked at
 */
bool bmc_lockout_allows(const Bmc *bmc, unsigned slot,
                        const BmcOrigin *origin);

/**
 * bmc_lockout_holds: whether a user is locked out anywhere.
 *
 * @bmc: the hub
 * @slot: the user's slot
 *
 * Returns: true if it is, be it at one address only
 */
bool bmc_lockout_holds(const Bmc *bmc, unsigned slot);

/**
 * bmc_lockout_failed: a user's password was wrong. Reports it, at most once
 * a minute for each user.
 *
 * @bmc: the hub
 * @slot: the user's slot
 * @origin: where from; the user's name is shown to people
 */
void bmc_lockout_failed(Bmc *bmc, unsigned slot, const BmcOrigin *origin);

/**
 * bmc_lockout_unanswered: a challenge to a peer was never answered. A client
 * that sees that its password is wrong may fall silent, and so may anybody
 * for any other reason: it locks nobody out, but an address may do it only
 * so often.
 *
 * @bmc: the hub
 * @origin: where from
 */
void bmc_lockout_unanswered(Bmc *bmc, const BmcOrigin *origin);

/**
 * bmc_lockout_may_ask: whether an address may be sent another challenge:
 * it has left less than %BMC_LOCKOUT_UNANSWERED_MAX unanswered within a
 * minute.
 *
 * @bmc: the hub
 * @origin: where from
 *
 * Returns: true if it may
 */
bool bmc_lockout_may_ask(const Bmc *bmc, const BmcOrigin *origin);

/**
 * bmc_lockout_succeeded: a user's password was right.
 *
 * @bmc: the hub
 * @slot: the user's slot
 * @origin: where from
 */
void bmc_lockout_succeeded(Bmc *bmc, unsigned slot, const BmcOrigin *origin);

/**
 * bmc_lockout_enable: forget a user's failures and lockouts everywhere: it
 * was enabled, or has become somebody else.
 *
 * @bmc: the hub
 * @slot: the user's slot
 */
void bmc_lockout_enable(Bmc *bmc, unsigned slot);

#endif /* QEMU_BMC_BMC_LOCKOUT_H */
