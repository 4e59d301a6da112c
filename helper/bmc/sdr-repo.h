/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The SDR repository: made of the sensors and FRU devices that there are,
 * so it always tells the truth, and clients cannot change it.
 */
#ifndef QEMU_BMC_BMC_SDR_REPO_H
#define QEMU_BMC_BMC_SDR_REPO_H

#include "bmc/bmc.h"
#include "codec/sdr.h"

/* Record id of the BMC's own record; sensors have their numbers. */
#define BMC_SDR_ID_MC 0x0100
/* Plus the device id: records of FRU devices but the machine. */
#define BMC_SDR_ID_FRU 0x0200

/* What this BMC is besides a chassis device: Get Device ID byte 7. */
#define BMC_DEVICE_CHASSIS 0x80
#define BMC_DEVICE_FRU 0x08
#define BMC_DEVICE_SEL 0x04
#define BMC_DEVICE_SDR 0x02
#define BMC_DEVICE_SENSOR 0x01
#define BMC_DEVICE_SUPPORT \
    (BMC_DEVICE_CHASSIS | BMC_DEVICE_FRU | BMC_DEVICE_SEL | \
     BMC_DEVICE_SDR | BMC_DEVICE_SENSOR)

/**
 * BmcSdr: a record.
 *
 * @id: record id
 * @len: its length with its header, in bytes
 * @data: the record
 */
typedef struct BmcSdr {
    uint16_t id;
    uint8_t len;
    uint8_t data[SDR_RECORD_MAX];
} BmcSdr;

/**
 * bmc_sdr_count: number of records.
 *
 * @bmc: the hub
 *
 * Returns: at least 1
 */
unsigned bmc_sdr_count(const Bmc *bmc);

/**
 * bmc_sdr_nth: a record by its position.
 *
 * @bmc: the hub
 * @n: position from 0
 *
 * Returns: (transfer none) (nullable): the record; NULL past the end
 */
const BmcSdr *bmc_sdr_nth(const Bmc *bmc, unsigned n);

/**
 * bmc_sdr_added: when records were last added, or changed, seen from the
 * time before.
 *
 * @bmc: the hub
 *
 * Returns: seconds since 1970
 */
uint32_t bmc_sdr_added(const Bmc *bmc);

/**
 * bmc_sdr_reserve: make a reservation in place of the present one (section
 * 33.11). It ends when the repository changes.
 *
 * @bmc: the hub
 *
 * Returns: its id, not 0
 */
uint16_t bmc_sdr_reserve(Bmc *bmc);

/**
 * bmc_sdr_unreserve: cancel the reservation, if there is one.
 *
 * @bmc: the hub
 */
void bmc_sdr_unreserve(Bmc *bmc);

/**
 * bmc_sdr_reserved: whether a reservation holds.
 *
 * @bmc: the hub
 * @id: its id
 *
 * Returns: true if it does
 */
bool bmc_sdr_reserved(const Bmc *bmc, uint16_t id);

/**
 * bmc_sdr_update: for the hub: build the repository anew.
 *
 * @bmc: the hub
 */
void bmc_sdr_update(Bmc *bmc);

#endif /* QEMU_BMC_BMC_SDR_REPO_H */
