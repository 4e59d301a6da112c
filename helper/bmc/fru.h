/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * FRU inventory: device 0 is the machine, made of what QEMU and the
 * configuration tell, and may be written over by clients; further ones are
 * files that the administrator gives.
 */
#ifndef QEMU_BMC_BMC_FRU_H
#define QEMU_BMC_BMC_FRU_H

#include "bmc/bmc.h"
#include "codec/fru.h"

/* Size of device 0, and most of any other, in bytes. */
#define BMC_FRU_SIZE 2048
/* Most devices. */
#define BMC_FRUS_MAX 16
/* The machine itself. */
#define BMC_FRU_MACHINE 0
/* Most bytes of a device's name. */
#define BMC_FRU_NAME_MAX 16

/**
 * BmcFruFile: a further FRU device.
 *
 * @name: for people, at most %BMC_FRU_NAME_MAX bytes
 * @path: file with its content; read once
 */
typedef struct BmcFruFile {
    const char *name;
    const char *path;
} BmcFruFile;

/**
 * BmcFruConfig: what the configuration says about FRU devices.
 *
 * @text: fields of device 0 where QEMU does not tell; NULL for none
 * @files: (nullable): array of BmcFruFile for devices 1 and up
 * @reset: drop what clients have written
 */
struct BmcFruConfig {
    const char *text[FRU_FIELD__MAX];
    GPtrArray *files;
    bool reset;
};

/**
 * bmc_fru_count: number of FRU devices; their ids count up from 0.
 *
 * @bmc: the hub
 *
 * Returns: at least 1
 */
unsigned bmc_fru_count(const Bmc *bmc);

/**
 * bmc_fru_name: a device's name.
 *
 * @bmc: the hub
 * @id: its id
 *
 * Returns: (nullable): text; NULL when there is no such device
 */
const char *bmc_fru_name(const Bmc *bmc, unsigned id);

/**
 * bmc_fru_data: a device's content.
 *
 * @bmc: the hub
 * @id: its id
 * @len: its size in bytes
 *
 * Returns: (transfer none) (nullable): the bytes, valid until the main loop
 * runs; NULL when there is no such device
 */
const uint8_t *bmc_fru_data(const Bmc *bmc, unsigned id, size_t *len);

/**
 * bmc_fru_write: write over a part of a device. From then on device 0 has
 * what was written, whatever QEMU tells, until it is reset.
 *
 * @bmc: the hub
 * @id: its id
 * @offset: from where, in bytes
 * @data: what
 * @len: how many bytes
 * @origin: who writes
 * @errp: BMC_ERROR_NOT_FOUND: no such device; BMC_ERROR_PERMISSION: it
 *        cannot be written; BMC_ERROR_INVALID: beyond its end
 *
 * Returns: true on success; bmc_flush_async() tells when it is durable
 */
bool bmc_fru_write(Bmc *bmc, unsigned id, size_t offset, const uint8_t *data,
                   size_t len, const BmcOrigin *origin, GError **errp);

/**
 * bmc_fru_written: whether clients have written device 0.
 *
 * @bmc: the hub
 *
 * Returns: true if its content is theirs
 */
bool bmc_fru_written(const Bmc *bmc);

#endif /* QEMU_BMC_BMC_FRU_H */
