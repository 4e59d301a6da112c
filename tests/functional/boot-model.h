/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which boots are right: docs/interop/boot-override.rst as a model. It knows
 * what was asked for and what QEMU's events tell, at QEMU's times, and
 * nothing of the helper's code.
 *
 * With the patches an override that is used once is over with the next reset.
 * A stock QEMU has a settle window: the two seconds that the machine runs
 * after a reset. A machine that is restarted within them may boot from the
 * target once more; so may one whose reset no helper has seen.
 */
#ifndef QEMU_BMC_TESTS_BOOT_MODEL_H
#define QEMU_BMC_TESTS_BOOT_MODEL_H

#include <json-glib/json-glib.h>

/* The settle window, and how late a helper on a busy host may be. */
#define BOOT_MODEL_WINDOW_MS 2000
#define BOOT_MODEL_LATE_MS 1500

typedef enum BootModelMode {
    BOOT_MODEL_DISABLED,
    BOOT_MODEL_ONCE,
    BOOT_MODEL_CONTINUOUS,
} BootModelMode;

typedef enum BootVerdict {
    BOOT_RIGHT,
    BOOT_ONCE_MORE,
    BOOT_ONCE_MORE_UNSEEN,
    BOOT_WRONG,
} BootVerdict;

/**
 * BootModel: the override, and the machine's last restart.
 *
 * @patched: QEMU has the patches
 * @normal: what is booted without an override
 * @mode: the override that is wanted
 * @letter: its target
 * @used: a boot has begun with it; only for "once"
 * @unseen: a reset that no helper has seen has begun it
 * @running: the machine runs
 * @since_us: since when, if so; real time
 * @ran_us: how long the machine has run since its last reset, and since its
 *          helper was started, until @since_us
 * @cut: it was reset, stopped or shut down since boot_model_begin()
 * @cut_us: how long it had run then
 * @consumed: QEMU has told of its consumption
 */
typedef struct BootModel {
    bool patched;
    char normal;
    BootModelMode mode;
    char letter;
    bool used;
    bool unseen;
    bool running;
    int64_t since_us;
    int64_t ran_us;
    bool cut;
    int64_t cut_us;
    bool consumed;
} BootModel;

/**
 * boot_model_init: a machine that runs, without an override.
 *
 * @model: filled
 * @patched: QEMU has the patches
 * @normal: what it boots
 */
void boot_model_init(BootModel *model, bool patched, char normal);

/**
 * boot_model_set: an override has been set.
 *
 * @model: the model
 * @mode: its mode
 * @letter: its target, if any
 */
void boot_model_set(BootModel *model, BootModelMode mode, char letter);

/**
 * boot_model_event: an event of QEMU's, as test_monitor_run() hands it out.
 *
 * @opaque: the model
 * @event: the event
 */
void boot_model_event(void *opaque, JsonObject *event);

/**
 * boot_model_begin: something is about to restart or stop the machine.
 *
 * @model: the model
 */
void boot_model_begin(BootModel *model);

/**
 * boot_model_helper_killed: so it cannot know how long the machine runs.
 *
 * @model: the model
 */
void boot_model_helper_killed(BootModel *model);

/**
 * boot_model_helper_started: another one has found the machine.
 *
 * @model: the model
 */
void boot_model_helper_started(BootModel *model);

/**
 * boot_model_ran_ms: how much of the settle window has passed.
 *
 * @model: the model
 *
 * Returns: milliseconds, also more than there are in it
 */
int64_t boot_model_ran_ms(const BootModel *model);

/**
 * boot_model_booted: the guest has booted.
 *
 * @model: the model
 * @letter: from where
 * @ran_us: how long the machine had run before: @cut_us
 * @seen: there was a helper when it was reset
 *
 * Returns: what to think of it
 */
BootVerdict boot_model_booted(BootModel *model, char letter, int64_t ran_us,
                              bool seen);

/**
 * boot_model_interrupted: a boot was cut short before the guest could say
 * anything.
 *
 * @model: the model
 * @ran_us: how long the machine had run before it
 * @cut_us: how long the machine ran until then
 */
void boot_model_interrupted(BootModel *model, int64_t ran_us,
                            int64_t cut_us);

/**
 * boot_model_is_known: whether there is only one state that the override
 * can be in.
 *
 * @model: the model
 *
 * Returns: true if so
 */
bool boot_model_is_known(const BootModel *model);

/**
 * boot_model_settle: an override that was used is over by now.
 *
 * @model: the model
 */
void boot_model_settle(BootModel *model);

#endif /* QEMU_BMC_TESTS_BOOT_MODEL_H */
