/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A hub for tests of the IPMI layer: it stands in for helper/bmc, keeps what
 * it is told, and answers at once, later or with an error as a test wants.
 */
#ifndef QEMU_BMC_TESTS_MOCK_HUB_H
#define QEMU_BMC_TESTS_MOCK_HUB_H

#include "bmc/bmc.h"
#include "bmc/boot.h"
#include "bmc/power.h"
#include "bmc/users.h"
#include "util/error.h"

#define MOCK_HUB_UUID "00112233-4455-4677-8899-aabbccddeeff"
#define MOCK_HUB_PASSWORD "password"

/**
 * Bmc: the hub.
 *
 * @clock: a fake clock
 * @notifiers: bmc_notifiers()
 * @users: accounts by slot: 2 "admin", 3 "oper", 4 "viewer", 5 "caller",
 *         6 "gone", which is disabled
 * @system_uuid: bmc_system_uuid()
 * @power: bmc_power_state()
 * @on: bmc_power_last_restart_event()
 * @off: bmc_power_last_off_event()
 * @boot: bmc_boot_get()
 * @no_target: the target that bmc_boot_target_allowed() refuses
 * @identify: seconds last given to bmc_identify_set()
 * @hold: answers of asynchronous calls wait for mock_hub_release()
 * @error: if not 0, one more than the BmcError that they answer with
 * @held: the answers that wait
 * @requests: bmc_power_request_async() calls
 * @action: the last action of them
 * @user: the last user who changed something
 * @peer: from where
 * @channel: on which channel
 */
struct Bmc {
    Clock *clock;
    NotifierList notifiers;
    BmcUser users[BMC_USERS_MAX + 1];
    const char *system_uuid;
    BmcPowerState power;
    BmcPowerEvent on;
    BmcPowerEvent off;
    BmcBoot boot;
    BmcBootTarget no_target;
    int identify;
    bool hold;
    unsigned error;
    GQueue held;
    unsigned requests;
    BmcPowerAction action;
    char *user;
    char *peer;
    BmcChannel channel;
};

/**
 * mock_hub_new: make a hub of a machine that is on.
 *
 * Returns: (transfer full): the hub
 */
Bmc *mock_hub_new(void);

/**
 * mock_hub_release: let the answers go that were held.
 *
 * @hub: the hub
 */
void mock_hub_release(Bmc *hub);

/**
 * mock_hub_changed: call the notifiers.
 *
 * @hub: the hub
 * @part: what has changed
 */
void mock_hub_changed(Bmc *hub, BmcPart part);

#endif /* QEMU_BMC_TESTS_MOCK_HUB_H */
