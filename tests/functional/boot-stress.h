/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Parts of test-boot-stress.c. */
#ifndef QEMU_BMC_TESTS_BOOT_STRESS_H
#define QEMU_BMC_TESTS_BOOT_STRESS_H

#include "boot-lab.h"
#include "boot-model.h"

#define TRIES 1200
#define TRY_US 50000

/* The index of each in this table is its boot index. */
#define N_DEVICES 5
#define NIC 2
extern const char *const stress_devices[N_DEVICES];

/*
 * Target: what can be asked for.
 *
 * @ipmi: (nullable): its name for ipmitool
 * @selector: as IPMI has it
 * @device: an index of stress_devices
 * @letter: what its guest prints
 */
typedef struct Target {
    const char *redfish;
    const char *ipmi;
    uint8_t selector;
    unsigned device;
    char letter;
} Target;

extern const char *const stress_modes[];

typedef struct Count {
    unsigned steps;
    unsigned boots;
    unsigned verdicts[BOOT_WRONG + 1];
} Count;

/*
 * Stress: what runs.
 *
 * @uefi: OVMF, and so no network card, whose driver would take long
 * @target: the last one that was asked for
 * @seen: a helper was there at the last reset
 * @wrong: the last boot was
 * @count: of the step
 * @late: how often the settle window had not ended when it should have
 * @checks: how often stress_check() was called
 */
typedef struct Stress {
    TestLab lab;
    TestMonitor *monitor;
    BootModel model;
    GRand *rand;
    bool uefi;
    const Target *target;
    bool seen;
    bool wrong;
    Count *count;
    unsigned late;
    unsigned checks;
} Stress;

/* Redfish, IPMI and QEMU say the same, and what the model says. */
void stress_check(Stress *s);
/* QEMU has the override (none for BOOT_MODEL_DISABLED); asks QEMU itself. */
void stress_wait_qemu(Stress *s, BootModelMode mode);
/* How long until a helper must have put the boot order back. */
int64_t stress_window_left_ms(const Stress *s);

#endif /* QEMU_BMC_TESTS_BOOT_STRESS_H */
