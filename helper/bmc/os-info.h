/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What software in the machine, or whoever manages it, tells the BMC about
 * the system: system info parameters (IPMI 2.0 section 22.14a) and ACPI
 * power states (section 20.6). Others read it here; the BMC itself does not
 * act on it.
 */
#ifndef QEMU_BMC_BMC_OS_INFO_H
#define QEMU_BMC_BMC_OS_INFO_H

#include "bmc/bmc.h"

/* Text comes in blocks; the first one begins with encoding and length. */
#define BMC_OS_INFO_BLOCK 16
#define BMC_OS_INFO_HEAD 2
#define BMC_OS_INFO_BLOCKS 17

/* ACPI power states (tables 20-7 and 20-8) that are told apart here. */
#define BMC_ACPI_S0 0x00
#define BMC_ACPI_S3 0x03
#define BMC_ACPI_S5 0x05
#define BMC_ACPI_G3 0x07
#define BMC_ACPI_UNKNOWN 0x2a
#define BMC_ACPI_D0 0x00

/**
 * BmcOsText: the texts; values are parameter selectors (table 22-16c).
 *
 * @BMC_OS_FIRMWARE: version of the system's firmware
 * @BMC_OS_SYSTEM_NAME: name of the system
 * @BMC_OS_PRIMARY: name of its usual operating system
 * @BMC_OS_NAME: name of the operating system that runs; forgotten when the
 *               machine is reset or off
 * @BMC_OS_VERSION: its version; forgotten likewise
 * @BMC_OS_BMC_URL: address of the BMC
 * @BMC_OS_OS_URL: address at which the operating system is managed
 */
typedef enum BmcOsText {
    BMC_OS_FIRMWARE = 1,
    BMC_OS_SYSTEM_NAME = 2,
    BMC_OS_PRIMARY = 3,
    BMC_OS_NAME = 4,
    BMC_OS_VERSION = 5,
    BMC_OS_BMC_URL = 6,
    BMC_OS_OS_URL = 7,
    BMC_OS_TEXT__MAX,
} BmcOsText;

/**
 * bmc_os_info_block: read a block of a text.
 *
 * @bmc: the hub
 * @text: which
 * @block: number of the block
 *
 * Returns: (transfer none): %BMC_OS_INFO_BLOCK bytes, or NULL if the text
 * ends before; an empty text has one block
 */
const uint8_t *bmc_os_info_block(const Bmc *bmc, BmcOsText text,
                                 unsigned block);

/**
 * bmc_os_info_text: read a text as text.
 *
 * @bmc: the hub
 * @text: which
 *
 * Returns: (transfer full) (nullable): UTF-8, what is not is replaced; NULL
 * if it is empty, or in an encoding that the specification does not have
 */
char *bmc_os_info_text(const Bmc *bmc, BmcOsText text);

/**
 * bmc_os_info_set_block: write a block of a text.
 *
 * @bmc: the hub
 * @text: which
 * @block: number of the block, below %BMC_OS_INFO_BLOCKS
 * @data: the bytes; what is missing of a block is taken for 0
 * @len: how many, at most %BMC_OS_INFO_BLOCK
 */
void bmc_os_info_set_block(Bmc *bmc, BmcOsText text, unsigned block,
                           const uint8_t *data, size_t len);

/**
 * bmc_os_info_acpi_system: ACPI system power state. What software has told
 * holds as long as the machine runs; S3, S5 and G3 are known better here.
 *
 * @bmc: the hub
 *
 * Returns: state, 7 bits
 */
uint8_t bmc_os_info_acpi_system(const Bmc *bmc);

/**
 * bmc_os_info_acpi_device: ACPI device power state of the BMC, as told.
 *
 * @bmc: the hub
 *
 * Returns: state, 7 bits
 */
uint8_t bmc_os_info_acpi_device(const Bmc *bmc);

/**
 * bmc_os_info_set_acpi: take what software tells of the power states.
 *
 * @bmc: the hub
 * @system: system power state, or -1 for no change
 * @device: device power state, or -1 for no change
 */
void bmc_os_info_set_acpi(Bmc *bmc, int system, int device);

#endif /* QEMU_BMC_BMC_OS_INFO_H */
