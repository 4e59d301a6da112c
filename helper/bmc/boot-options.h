/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What IPMI software keeps about a boot besides the boot flags (IPMI 2.0
 * section 28.12, table 28-14), and when flags that it has set expire. All of
 * it survives the process.
 */
#ifndef QEMU_BMC_BMC_BOOT_OPTIONS_H
#define QEMU_BMC_BMC_BOOT_OPTIONS_H

#include <stdint.h>

#include "bmc/bmc.h"

#define BMC_BOOT_INITIATOR_LEN 9
#define BMC_BOOT_MAILBOX_LEN 80

/**
 * BmcBootOptions: the boot options besides the flags.
 *
 * @keep: parameter 3, BOOTOPT_KEEP_*
 * @ack: parameter 4, the data
 * @locked: a bit per parameter: marked invalid
 * @initiator: parameter 6: channel, session id, time stamp
 * @mailbox: parameter 7, its blocks one after the other
 */
typedef struct BmcBootOptions {
    uint8_t keep;
    uint8_t ack;
    uint8_t locked;
    uint8_t initiator[BMC_BOOT_INITIATOR_LEN];
    uint8_t mailbox[BMC_BOOT_MAILBOX_LEN];
} BmcBootOptions;

/**
 * bmc_boot_options_get: the options as they stand.
 *
 * @bmc: the hub
 *
 * Returns: (transfer none): them; valid until they change
 */
const BmcBootOptions *bmc_boot_options_get(const Bmc *bmc);

/**
 * bmc_boot_options_set: change the options; bmc_flush_async() tells when
 * they are on disk.
 *
 * @bmc: the hub
 * @options: the options; copied
 */
void bmc_boot_options_set(Bmc *bmc, const BmcBootOptions *options);

/**
 * bmc_boot_options_restart: the BMC begins anew: all options are as they
 * were at first. The boot flags stay.
 *
 * @bmc: the hub
 */
void bmc_boot_options_restart(Bmc *bmc);

/**
 * bmc_boot_expiry_restart: a Chassis Control command has come: the time in
 * which flags set over IPMI expire starts again.
 *
 * @bmc: the hub
 */
void bmc_boot_expiry_restart(Bmc *bmc);

#endif /* QEMU_BMC_BMC_BOOT_OPTIONS_H */
