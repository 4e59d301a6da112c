/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Arithmetic of boot indices: which device is meant, which indices make it
 * come first, and in which order they can be set. QEMU refuses an index
 * that another device has, so the order matters. Pure.
 */
#ifndef QEMU_BMC_BMC_BOOT_PLAN_H
#define QEMU_BMC_BMC_BOOT_PLAN_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "bmc/boot.h"
#include "machine/machine.h"

/**
 * BootPlanStep: one index to set.
 *
 * @device: position of the device in the list
 * @index: its new index, -1 for none
 */
typedef struct BootPlanStep {
    unsigned device;
    int32_t index;
} BootPlanStep;

/**
 * boot_plan_target: find the device that a target means: the one of its
 * kind that comes first now, or the first of its kind when none has an
 * index.
 *
 * @devices: array of MachineBootDevice
 * @indices: their indices
 * @target: the target
 *
 * Returns: the device's position, or -1 when there is none
 */
int boot_plan_target(const GPtrArray *devices, const int32_t *indices,
                     BmcBootTarget target);

/**
 * boot_plan_explicit: if no device has an index, give each of them one, in
 * the order in which firmware would try them. OVMF keeps what it booted in
 * its own variables as long as no device has one, so there it must not be
 * that which an override is undone to.
 *
 * @devices: array of MachineBootDevice
 * @indices: their indices; changed
 *
 * Returns: true if it has
 */
bool boot_plan_explicit(const GPtrArray *devices, int32_t *indices);

/**
 * boot_plan_first: work out indices with which one device is the first and
 * every device has one, changing as few as possible.
 *
 * @devices: array of MachineBootDevice
 * @indices: their indices
 * @target: position of the device
 * @wanted: filled: the new indices
 */
void boot_plan_first(const GPtrArray *devices, const int32_t *indices,
                     unsigned target, int32_t *wanted);

/**
 * boot_plan_sequence: in which order firmware tries the devices.
 *
 * @devices: array of MachineBootDevice
 * @indices: their indices
 *
 * Returns: (transfer full): array of unsigned: positions in the list
 */
GArray *boot_plan_sequence(const GPtrArray *devices, const int32_t *indices);

/**
 * boot_plan_order: work out indices with which devices come in an order and
 * every device has one, changing as few as possible.
 *
 * @devices: array of MachineBootDevice
 * @indices: their indices
 * @first: array of unsigned: positions of devices, none twice; the others
 *         follow in the order that they have
 * @wanted: filled: the new indices
 */
void boot_plan_order(const GPtrArray *devices, const int32_t *indices,
                     const GArray *first, int32_t *wanted);

/**
 * boot_plan_is_first: whether one device is the first and every device has
 * an index.
 *
 * @indices: the indices
 * @n: their number
 * @target: position of the device
 *
 * Returns: true if so
 */
bool boot_plan_is_first(const int32_t *indices, unsigned n, unsigned target);

/**
 * boot_plan_distinct: see to it that no two devices are to have the same
 * index: somebody may have given one of them that which another is to get
 * back. Who is to give way gets the next one up that is free.
 *
 * @indices: the indices; changed
 * @firm: those that are not to be changed, no two of them equal but for -1
 * @n: their number
 */
void boot_plan_distinct(int32_t *indices, const bool *firm, unsigned n);

/**
 * boot_plan_steps: put changes into an order in which no index is ever
 * used twice.
 *
 * @current: the present indices, no two equal but for -1
 * @wanted: the indices to reach, no two equal but for -1
 * @n: their number
 *
 * Returns: (transfer full): array of BootPlanStep
 */
GArray *boot_plan_steps(const int32_t *current, const int32_t *wanted,
                        unsigned n);

#endif /* QEMU_BMC_BMC_BOOT_PLAN_H */
