/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Platform Event Filtering (IPMI 2.0 chapter 17): events that match a filter
 * make the machine be switched off, cycled, reset or interrupted, and alerts
 * be sent to the destinations of the LAN channel (lan.h). The configuration
 * survives the process; while nothing is enabled nothing happens.
 */
#ifndef QEMU_BMC_BMC_PEF_H
#define QEMU_BMC_BMC_PEF_H

#include "bmc/bmc.h"
#include "codec/pef.h"

#define BMC_PEF_FILTERS 20
#define BMC_PEF_POLICIES 20
#define BMC_PEF_STRINGS 8
#define BMC_PEF_STRING_MAX 64
#define BMC_PEF_GUID_LEN 16

/* PEF control. */
#define BMC_PEF_ENABLED 0x01
#define BMC_PEF_EVENTS 0x02
#define BMC_PEF_STARTUP_DELAY 0x04
#define BMC_PEF_ALERT_DELAY 0x08

/* The channel that alerts go by. */
#define BMC_PEF_CHANNEL 1

/* "Set in progress" does not outlive a client that has died by more. */
#define BMC_PEF_SET_MS 60000

/* Arm PEF Postpone Timer. */
#define BMC_PEF_POSTPONE_MAX 0xfd
#define BMC_PEF_POSTPONE_FOREVER 0xfe

/* No event was processed yet. */
#define BMC_PEF_NO_RECORD 0xffff

/* How the last alert of bmc_pef_alert() has ended. */
#define BMC_PEF_ALERT_NONE 0x00
#define BMC_PEF_ALERT_DONE 0x01
#define BMC_PEF_ALERT_NOT_SENT 0x02
#define BMC_PEF_ALERT_NO_ACK 0x03
#define BMC_PEF_ALERT_RUNNING 0xff

/**
 * BmcPefConfig: the configuration (table 30-6), with tables as on the wire.
 *
 * @control: BMC_PEF_ENABLED ...
 * @actions: PEF_ALERT ...: what filters may do
 * @delay_s: PEF does nothing so long after a start or reset
 * @alert_delay_s: no alert is sent so long after a start or reset
 * @filters: filter n is at n - 1
 * @policies: policy n is at n - 1
 * @use_guid: alerts have @guid instead of the machine's UUID
 * @guid: least significant byte first
 * @keys: filter number and string set of each string; 0 is volatile
 * @strings: terminated unless all is used; 0 is volatile
 */
typedef struct BmcPefConfig {
    uint8_t control;
    uint8_t actions;
    uint8_t delay_s;
    uint8_t alert_delay_s;
    uint8_t filters[BMC_PEF_FILTERS][PEF_FILTER_LEN];
    uint8_t policies[BMC_PEF_POLICIES][PEF_POLICY_LEN];
    bool use_guid;
    uint8_t guid[BMC_PEF_GUID_LEN];
    uint8_t keys[BMC_PEF_STRINGS + 1][2];
    char strings[BMC_PEF_STRINGS + 1][BMC_PEF_STRING_MAX];
} BmcPefConfig;

/**
 * BmcPefAck: what acknowledges an alert (section 30.8): fields of the trap.
 */
typedef struct BmcPefAck {
    uint16_t sequence;
    uint32_t timestamp;
    uint8_t source;
    uint8_t sensor_device;
    uint8_t sensor;
    uint8_t data[3];
} BmcPefAck;

/**
 * bmc_pef_get: read the configuration.
 *
 * @bmc: the hub
 *
 * Returns: (transfer none): the configuration
 */
const BmcPefConfig *bmc_pef_get(const Bmc *bmc);

/**
 * bmc_pef_set: change the configuration, and persist it.
 *
 * @bmc: the hub
 * @config: the new one; copied
 * @origin: who asks
 * @errp: BMC_ERROR_INVALID if some of it cannot be
 *
 * Returns: true on success
 */
bool bmc_pef_set(Bmc *bmc, const BmcPefConfig *config,
                 const BmcOrigin *origin, GError **errp);

/**
 * bmc_pef_begin: somebody will write several settings.
 *
 * @bmc: the hub
 *
 * Returns: false if somebody does already
 */
bool bmc_pef_begin(Bmc *bmc);

/**
 * bmc_pef_complete: all is written.
 *
 * @bmc: the hub
 */
void bmc_pef_complete(Bmc *bmc);

/**
 * bmc_pef_in_progress: whether bmc_pef_begin() waits for its end.
 *
 * @bmc: the hub
 *
 * Returns: true if it does
 */
bool bmc_pef_in_progress(const Bmc *bmc);

/**
 * bmc_pef_postpone: let software look at events first. Those that come in
 * the meantime are acted on when the time is over, unless software has
 * processed them. A start or reset of the machine ends this.
 *
 * @bmc: the hub
 * @seconds: up to %BMC_PEF_POSTPONE_MAX, %BMC_PEF_POSTPONE_FOREVER, or 0
 */
void bmc_pef_postpone(Bmc *bmc, uint8_t seconds);

/**
 * bmc_pef_postponed: what is left of that time.
 *
 * @bmc: the hub
 *
 * Returns: seconds, rounded up, or %BMC_PEF_POSTPONE_FOREVER
 */
uint8_t bmc_pef_postponed(const Bmc *bmc);

/**
 * bmc_pef_processed: the last event that was processed.
 *
 * @bmc: the hub
 * @software: by software, else by PEF
 *
 * Returns: its record id, or %BMC_PEF_NO_RECORD
 */
uint16_t bmc_pef_processed(const Bmc *bmc, bool software);

/**
 * bmc_pef_set_processed: say which event was processed last; PEF leaves it
 * and those before it alone.
 *
 * @bmc: the hub
 * @software: by software, else by PEF
 * @record: its record id
 */
void bmc_pef_set_processed(Bmc *bmc, bool software, uint16_t record);

/**
 * bmc_pef_alert: send an alert now.
 *
 * @bmc: the hub
 * @destination: destination of the LAN channel; 0 is the volatile one
 * @string: (nullable): alert string to send along
 * @event: (nullable): what has happened; NULL for none in particular
 * @origin: who asks
 * @errp: BMC_ERROR_BUSY while one is sent, BMC_ERROR_NOT_FOUND if the
 *        destination is not configured
 *
 * Returns: true if it is on its way; see bmc_pef_alert_status()
 */
bool bmc_pef_alert(Bmc *bmc, unsigned destination, const char *string,
                   const PefEvent *event, const BmcOrigin *origin,
                   GError **errp);

/**
 * bmc_pef_alert_status: how the last bmc_pef_alert() has ended.
 *
 * @bmc: the hub
 *
 * Returns: BMC_PEF_ALERT_*
 */
uint8_t bmc_pef_alert_status(const Bmc *bmc);

/**
 * bmc_pef_alert_clear: forget how it has ended.
 *
 * @bmc: the hub
 */
void bmc_pef_alert_clear(Bmc *bmc);

/**
 * bmc_pef_acknowledge: an alert has arrived.
 *
 * @bmc: the hub
 * @ack: which
 *
 * Returns: false if it is not the one that waits, or the one before
 */
bool bmc_pef_acknowledge(Bmc *bmc, const BmcPefAck *ack);

/**
 * bmc_pef_set_port: send alerts to another UDP port than 162.
 *
 * @bmc: the hub
 * @port: the port
 */
void bmc_pef_set_port(Bmc *bmc, uint16_t port);

#endif /* QEMU_BMC_BMC_PEF_H */
