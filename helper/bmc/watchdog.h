/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The watchdog timer of IPMI (IPMI 2.0 chapter 27). Its countdown passes
 * only while the guest runs, and ends with a reset or power-off, since the
 * software that was to be watched is gone then.
 */
#ifndef QEMU_BMC_BMC_WATCHDOG_H
#define QEMU_BMC_BMC_WATCHDOG_H

#include <stdbool.h>
#include <stdint.h>

#include "bmc/bmc.h"

/**
 * BmcWatchdogUse: what the timer is used for (byte 1 of Set Watchdog Timer).
 */
typedef enum BmcWatchdogUse {
    BMC_WATCHDOG_USE_NONE,
    BMC_WATCHDOG_USE_FRB2,
    BMC_WATCHDOG_USE_POST,
    BMC_WATCHDOG_USE_OS_LOAD,
    BMC_WATCHDOG_USE_SMS,
    BMC_WATCHDOG_USE_OEM,
    BMC_WATCHDOG_USE__MAX,
} BmcWatchdogUse;

/**
 * BmcWatchdogAction: what is done when it expires.
 */
typedef enum BmcWatchdogAction {
    BMC_WATCHDOG_ACTION_NONE,
    BMC_WATCHDOG_ACTION_RESET,
    BMC_WATCHDOG_ACTION_POWER_DOWN,
    BMC_WATCHDOG_ACTION_POWER_CYCLE,
    BMC_WATCHDOG_ACTION__MAX,
} BmcWatchdogAction;

/**
 * BmcWatchdogInterrupt: what is done before it expires. A management
 * interrupt (1) cannot be raised in a virtual machine.
 */
typedef enum BmcWatchdogInterrupt {
    BMC_WATCHDOG_INTERRUPT_NONE = 0,
    BMC_WATCHDOG_INTERRUPT_NMI = 2,
    BMC_WATCHDOG_INTERRUPT_MESSAGE = 3,
} BmcWatchdogInterrupt;

/* Unit of the countdown. */
#define BMC_WATCHDOG_TICK_MS 100

/**
 * BmcWatchdog: the timer.
 *
 * @dont_log: its events are not logged; ends with the next expiry
 * @use: what it is used for; %BMC_WATCHDOG_USE_NONE until it is set
 * @interrupt: what is done @pre_timeout_s before it expires
 * @action: what is done when it expires
 * @pre_timeout_s: in seconds; at most the countdown if there is an interrupt
 * @expired: a bit for each use with which it has expired
 * @initial: countdown, in ticks of %BMC_WATCHDOG_TICK_MS
 * @running: the countdown has been started and has not ended
 * @present: what is left of it, in ticks
 */
typedef struct BmcWatchdog {
    bool dont_log;
    BmcWatchdogUse use;
    BmcWatchdogInterrupt interrupt;
    BmcWatchdogAction action;
    uint8_t pre_timeout_s;
    uint8_t expired;
    uint16_t initial;
    bool running;
    uint16_t present;
} BmcWatchdog;

/**
 * bmc_watchdog_get: the timer as it stands.
 *
 * @bmc: the hub
 * @watchdog: filled
 */
void bmc_watchdog_get(const Bmc *bmc, BmcWatchdog *watchdog);

/**
 * bmc_watchdog_set: set the timer up (Set Watchdog Timer, section 27.6).
 *
 * @bmc: the hub
 * @settings: what to take on; @running and @present are not looked at, and
 *            @expired holds the flags to clear
 * @keep_running: a countdown that runs goes on, with the new value; else it
 *                is stopped
 * @origin: who asks
 */
void bmc_watchdog_set(Bmc *bmc, const BmcWatchdog *settings,
                      bool keep_running, const BmcOrigin *origin);

/**
 * bmc_watchdog_start: start the countdown, or start it over (Reset Watchdog
 * Timer, section 27.5). Once the interrupt before its end has come, only
 * bmc_watchdog_set() stops it.
 *
 * @bmc: the hub
 * @origin: who asks
 *
 * Returns: false if it was not set up since the machine's last reset or
 * start of the BMC
 */
bool bmc_watchdog_start(Bmc *bmc, const BmcOrigin *origin);

/**
 * bmc_watchdog_restart: the BMC begins anew: the timer is off, has to be set
 * up again, and has never expired.
 *
 * @bmc: the hub
 */
void bmc_watchdog_restart(Bmc *bmc);

/**
 * bmc_watchdog_notifiers: called with NULL for
 * %BMC_WATCHDOG_INTERRUPT_MESSAGE.
 *
 * @bmc: the hub
 *
 * Returns: (transfer none): the list
 */
NotifierList *bmc_watchdog_notifiers(Bmc *bmc);

#endif /* QEMU_BMC_BMC_WATCHDOG_H */
