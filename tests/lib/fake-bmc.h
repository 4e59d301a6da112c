/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A hub that does what a test says, for tests of front ends: each operation
 * succeeds, fails or waits as told, and nothing is behind it. The file is
 * compiled into the test and takes the place of the bmc library.
 */
#ifndef QEMU_BMC_TESTS_FAKE_BMC_H
#define QEMU_BMC_TESTS_FAKE_BMC_H

#include <gio/gio.h>

#include "bmc/boot.h"
#include "bmc/power.h"
#include "bmc/sensors.h"
#include "bmc/users.h"
#include "util/error.h"

#define FAKE_SENSORS_MAX 8

/**
 * Bmc: the fake; tests read and write it, and call fake_bmc_changed() after
 * they have written something that is shown.
 *
 * @machine: state and info
 * @clock: a fake clock
 * @name: BMC_NAME
 * @system_uuid: may be NULL
 * @power: power state
 * @restart: last restart event
 * @boot: boot override
 * @no_targets: bits 1 << BmcBootTarget that are not there
 * @firmware: boot mode
 * @identify: identify state
 * @lan_port: UDP port of IPMI, 0 for none
 * @sensors: the sensors; a number of 0 ends them
 * @readings: of each sensor
 * @generations: counters
 * @fail: operations fail with this BmcError; -1 lets them succeed
 * @hold: operations wait for fake_bmc_release()
 * @hash_passwords: passwords cannot be verified at once
 * @n_power: power requests so far
 * @n_boot: boot overrides set so far
 * @n_verify: asynchronous verifications so far
 * @action: last power action asked for
 * @channel: who asked last
 * @user: who asked last
 * @peer: who asked last
 * @held: GTask of operations that wait
 */
struct Bmc {
    Machine machine;
    Clock *clock;
    const char *name;
    const char *system_uuid;
    BmcPowerState power;
    BmcPowerEvent restart;
    BmcBoot boot;
    unsigned no_targets;
    MachineFirmware firmware;
    int identify;
    unsigned lan_port;
    BmcSensor sensors[FAKE_SENSORS_MAX + 1];
    BmcSensorReading readings[FAKE_SENSORS_MAX];
    uint64_t generations[BMC_PART__MAX];
    int fail;
    bool hold;
    bool hash_passwords;
    unsigned n_power;
    unsigned n_boot;
    unsigned n_verify;
    BmcPowerAction action;
    BmcChannel channel;
    char *user;
    char *peer;
    GQueue held;
    NotifierList notifiers;
};

/**
 * fake_bmc_new: make a hub with a running machine of two processors and
 * 2 GiB, and the accounts admin/password, oper/operpass, view/viewpass,
 * nobody/nopass (no privilege) and off/offpass (disabled).
 *
 * Returns: (transfer full): the hub
 */
Bmc *fake_bmc_new(void);

/**
 * fake_bmc_free: free a hub; operations that wait are cancelled.
 *
 * @bmc: the hub, or NULL
 */
void fake_bmc_free(Bmc *bmc);

/**
 * fake_bmc_changed: a part of the model has been changed by the test.
 *
 * @bmc: the hub
 * @part: the part
 */
void fake_bmc_changed(Bmc *bmc, BmcPart part);

/**
 * fake_bmc_release: let the operation that has waited longest go on, with
 * the outcome that @fail says now.
 *
 * @bmc: the hub
 *
 * Returns: false if none waits
 */
bool fake_bmc_release(Bmc *bmc);

#endif /* QEMU_BMC_TESTS_FAKE_BMC_H */
