/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the parts of PEF know of each other; for helper/bmc/ only. */
#ifndef QEMU_BMC_BMC_PEF_PRIV_H
#define QEMU_BMC_BMC_PEF_PRIV_H

#include "bmc/pef.h"

#include "bmc/bmc-priv.h"
#include "codec/pet.h"
#include "util/log.h"

/* Events that wait while PEF is postponed. */
#define PEF_WAITING_MAX 64
/* Alerts that wait for those before them. */
#define PEF_ALERTS_MAX 16

/**
 * PefAlert: an alert on its way.
 *
 * @event: what has happened
 * @has_event: @event says so
 * @timestamp: when, as in a trap
 * @severity: as in a filter
 * @policies: policy numbers that are still to be followed, a bit each
 * @filters: for each policy number, the filter that asked for it
 * @immediate: asked for by bmc_pef_alert(): one destination, no policy
 * @string: the string for that
 * @number: policy number that is being followed
 * @next: its next entry
 * @had_success: the entry before it was a success
 * @destination: where it is being sent
 * @left: times to send it still
 * @trap: what is sent
 */
typedef struct PefAlert {
    PefEvent event;
    bool has_event;
    uint32_t timestamp;
    uint8_t severity;
    uint16_t policies;
    uint8_t filters[16];
    bool immediate;
    char string[BMC_PEF_STRING_MAX + 1];
    unsigned number;
    unsigned next;
    bool had_success;
    unsigned destination;
    unsigned left;
    PetTrap trap;
} PefAlert;

/**
 * BmcPef: platform event filtering.
 *
 * @config: the configuration
 * @waiting: PefWaiting, oldest first
 * @forever: postponed without end
 * @postponed_until_ms: end of @postpone
 * @acting: what is being done, and what need not be done for that; or 0
 * @startup: no action before it ends
 * @startup_alert: no alert before it ends
 * @processed: last events processed, by PEF and by software
 * @on: the machine was on when last looked at
 * @alerts: PefAlert, waiting
 * @current: (nullable): the one being sent
 * @retry: until it is sent again, or given up
 * @last: acknowledgement of the one before
 * @status: bmc_pef_alert_status()
 * @cancellable: for power requests
 */
struct BmcPef {
    BmcPefConfig config;
    Notifier events;
    Notifier changes;
    Notifier resets;
    GQueue waiting;
    bool in_progress;
    ClockTimer *progress;
    bool forever;
    int64_t postponed_until_ms;
    ClockTimer *postpone;
    uint8_t acting;
    ClockTimer *startup;
    ClockTimer *startup_alert;
    uint16_t processed[2];
    bool on;
    GQueue alerts;
    PefAlert *current;
    ClockTimer *retry;
    uint16_t sequence;
    BmcPefAck last;
    uint8_t status;
    int64_t since_ms;
    uint16_t port;
    LogLimit log;
    GCancellable *cancellable;
};

/**
 * pef_load: load configuration and progress, or make the defaults.
 *
 * @bmc: the hub
 */
void pef_load(Bmc *bmc);

/**
 * pef_save: persist the configuration.
 *
 * @bmc: the hub
 */
void pef_save(Bmc *bmc);

/**
 * pef_save_progress: persist what was processed.
 *
 * @bmc: the hub
 */
void pef_save_progress(Bmc *bmc);

/**
 * pef_config_valid: whether a configuration can be.
 *
 * @config: the configuration
 *
 * Returns: true if so
 */
bool pef_config_valid(const BmcPefConfig *config);

/**
 * pef_alert_queue: send an alert when those before it are through.
 *
 * @bmc: the hub
 * @alert: (transfer full): the alert
 *
 * Returns: false if there are too many; it is dropped then
 */
bool pef_alert_queue(Bmc *bmc, PefAlert *alert);

/**
 * pef_alert_run: go on with alerts, if nothing is to be waited for.
 *
 * @bmc: the hub
 */
void pef_alert_run(Bmc *bmc);

/**
 * pef_alert_time: the time, as traps have it.
 *
 * @seconds: SEL time
 *
 * Returns: seconds since 1998, or 0 for a time before
 */
uint32_t pef_alert_time(uint32_t seconds);

/**
 * pef_alert_free: drop all alerts.
 *
 * @bmc: the hub
 */
void pef_alert_free(Bmc *bmc);

/**
 * pef_forget: what is kept of the configuration is nothing.
 *
 * @bmc: the hub
 */
void pef_forget(Bmc *bmc);

#endif /* QEMU_BMC_BMC_PEF_PRIV_H */
