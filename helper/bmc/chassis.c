/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is set up about the chassis, and its powered-on time. */
#include "osdep.h"

#include "bmc/chassis.h"

#include <json-glib/json-glib.h>

#include "bmc/bmc-priv.h"
#include "bmc/persist-read.h"
#include "bmc/power.h"
#include "codec/ipmi.h"
#include "util/error.h"

#define SECTION "chassis"
/* Seconds: what the counter of Get POH Counter can say, in minutes. */
#define POWERED_MAX (INT64_C(60) * UINT32_MAX)
#define HOUR_S 3600

/*
 * BmcChassisState: the chassis.
 *
 * @set: what is set up
 * @interval_set: the interval of power cycles is
 * @powered_s: time on before @since_ms
 * @saved_s: time on, as it was last written
 * @on: the machine was on when last looked at
 * @since_ms: since when, if it is on
 * @lost: QEMU has gone, or was not there yet
 * @looked: whether it is there was known at some time
 * @left_off: it was not switched on when power came back, nor since
 */
struct BmcChassisState {
    BmcChassis set;
    bool interval_set;
    uint64_t powered_s;
    uint64_t saved_s;
    bool on;
    int64_t since_ms;
    bool lost;
    bool looked;
    bool left_off;
};

static const char *const policies[] = {
    [BMC_RESTORE_OFF] = "always off",
    [BMC_RESTORE_PREVIOUS] = "as it was",
    [BMC_RESTORE_ON] = "always on",
};

static uint64_t powered_s(const Bmc *bmc)
{
    const BmcChassisState *c = bmc->chassis;
    uint64_t s = c->powered_s;

    if (c->on) {
        s += (clock_now_ms(bmc->clock) - c->since_ms) / 1000;
    }
    return s;
}

static void save(Bmc *bmc)
{
    BmcChassisState *c = bmc->chassis;
    JsonObject *section = json_object_new();
    JsonArray *addresses = json_array_new();
    unsigned i;

    c->saved_s = powered_s(bmc);
    for (i = 0; i < BMC_CHASSIS_ADDRESSES; i++) {
        json_array_add_int_element(addresses, c->set.addresses[i]);
    }
    json_object_set_int_member(section, "policy", c->set.policy);
    json_object_set_boolean_member(section, "button-disabled",
                                   c->set.button_disabled);
    json_object_set_array_member(section, "addresses", addresses);
    if (c->interval_set) {
        json_object_set_int_member(section, "cycle-interval",
                                   bmc->power_cycle_interval_ms / 1000);
    }
    json_object_set_boolean_member(section, "left-off", c->left_off);
    json_object_set_int_member(section, "powered", c->saved_s);
    if (c->on) {
        /* For the next helper, if it finds the machine still on. */
        json_object_set_int_member(section, "written",
                                   g_get_real_time() / G_USEC_PER_SEC);
    }
    persist_set(bmc->persist, SECTION, section);
}

static void load_addresses(BmcChassisState *c, PersistReader *r)
{
    JsonArray *array;
    int64_t value;
    unsigned i;

    if (!persist_read_array(r, "addresses", BMC_CHASSIS_ADDRESSES, &array)) {
        return;
    }
    if (json_array_get_length(array) != BMC_CHASSIS_ADDRESSES) {
        persist_read_damaged(r, "addresses");
        return;
    }
    for (i = 0; i < BMC_CHASSIS_ADDRESSES; i++) {
        if (persist_read_element_int(r, "addresses", array, i, 0, UINT8_MAX,
                                     &value)) {
            c->set.addresses[i] = value & 0xfe;
        }
    }
}

static void load(Bmc *bmc, PersistReader *r)
{
    BmcChassisState *c = bmc->chassis;
    int64_t now = g_get_real_time() / G_USEC_PER_SEC;
    int64_t value;

    if (persist_read_int(r, "policy", BMC_RESTORE_OFF, BMC_RESTORE_UNKNOWN,
                         &value)) {
        c->set.policy = value;
    }
    persist_read_bool(r, "button-disabled", &c->set.button_disabled);
    persist_read_bool(r, "left-off", &c->left_off);
    load_addresses(c, r);
    if (persist_read_int(r, "cycle-interval", 0, UINT8_MAX, &value)) {
        c->interval_set = true;
        bmc->power_cycle_interval_ms = value * 1000;
    }
    if (persist_read_int(r, "powered", 0, POWERED_MAX, &value)) {
        c->powered_s = value;
    }
    if (persist_read_int(r, "written", 0, INT64_MAX, &value) &&
        value > 0 && value < now &&
        bmc->machine->state == MACHINE_STATE_RUNNING) {
        c->powered_s += now - value;
    }
}

static bool knows_power(MachineState state)
{
    return state != MACHINE_STATE_UNKNOWN &&
           state != MACHINE_STATE_INMIGRATE &&
           state != MACHINE_STATE_POSTMIGRATE;
}

static void follow_power(Bmc *bmc)
{
    BmcChassisState *c = bmc->chassis;
    bool on = !machine_state_is_off(bmc->machine->state);

    if (!knows_power(bmc->machine->state) || on == c->on) {
        return;
    }
    c->powered_s = powered_s(bmc);
    c->on = on;
    c->left_off &= !on;
    c->since_ms = clock_now_ms(bmc->clock);
    save(bmc);
}

static void restored(GObject *source, GAsyncResult *res, void *opaque)
{
    g_autoptr(GError) err = NULL;

    if (!g_task_propagate_boolean(G_TASK(res), &err) &&
        !bmc_error_is_cancelled(err)) {
        g_message("power restore policy: %s", err->message);
    }
}

/* It was on when its QEMU ended, or when it was last seen. */
static bool was_on(const Bmc *bmc)
{
    const BmcPowerEvent *off = bmc_power_last_off_event(bmc);

    return off->when && !bmc->chassis->left_off &&
           (off->cause == BMC_POWER_CAUSE_QEMU ||
            off->cause == BMC_POWER_CAUSE_UNKNOWN);
}

void bmc_chassis_restore(Bmc *bmc)
{
    static const BmcOrigin origin = {
        .channel = BMC_CHANNEL_INTERNAL,
        .user = "power restore policy",
    };
    BmcRestorePolicy policy = bmc->chassis->set.policy;

    if (policy == BMC_RESTORE_ON ||
        (policy == BMC_RESTORE_PREVIOUS && was_on(bmc))) {
        bmc_power_request_cause_async(
            bmc, BMC_POWER_ON, policy == BMC_RESTORE_ON ?
            BMC_POWER_CAUSE_ALWAYS : BMC_POWER_CAUSE_PREVIOUS, &origin, NULL,
            restored, NULL);
    } else {
        bmc->chassis->left_off = true;
        save(bmc);
    }
}

static void set_defaults(BmcChassisState *c)
{
    unsigned i;

    c->set = (BmcChassis) { .policy = BMC_RESTORE_UNKNOWN };
    for (i = 0; i < BMC_CHASSIS_ADDRESSES - 1; i++) {
        c->set.addresses[i] = IPMI_ADDR_BMC;
    }
}

void bmc_chassis_reset(Bmc *bmc)
{
    set_defaults(bmc->chassis);
    if (bmc->chassis->interval_set) {
        bmc->chassis->interval_set = false;
        bmc->power_cycle_interval_ms = bmc->default_cycle_interval_ms;
    }
    save(bmc);
    bmc_changed(bmc, BMC_PART_POWER);
}

void bmc_chassis_new(Bmc *bmc)
{
    PersistReader r;
    BmcChassisState *c = g_new0(BmcChassisState, 1);

    bmc->chassis = c;
    set_defaults(c);
    c->lost = bmc->machine->state == MACHINE_STATE_GONE;
    if (persist_read(&r, bmc->persist, SECTION)) {
        load(bmc, &r);
    }
    c->saved_s = c->powered_s;
    follow_power(bmc);
}

void bmc_chassis_free(Bmc *bmc)
{
    if (bmc->chassis && bmc->chassis->on) {
        save(bmc);
    }
    g_clear_pointer(&bmc->chassis, g_free);
}

/* Whether power has come back to the machine with this state. */
static bool power_is_back(Bmc *bmc)
{
    BmcChassisState *c = bmc->chassis;
    const Machine *machine = bmc->machine;
    bool first = !c->looked;

    /* What we start ourselves says when it is ready for this. */
    if (machine->owns_process || machine->state == MACHINE_STATE_UNKNOWN) {
        return false;
    }
    c->looked = true;
    if (machine->state == MACHINE_STATE_GONE) {
        c->lost = true;
        return first && machine->can_start_process;
    }
    if (!c->lost) {
        return false;
    }
    c->lost = false;
    /* What is about to be on anyway needs no such thing. */
    return machine->state == MACHINE_STATE_PRELAUNCH &&
           bmc_power_state(bmc) == BMC_POWER_STATE_OFF;
}

void bmc_chassis_machine_event(Bmc *bmc, const MachineEvent *event)
{
    if (event->type == MACHINE_EVENT_STATE) {
        follow_power(bmc);
        if (power_is_back(bmc)) {
            bmc_chassis_restore(bmc);
        }
    }
}

const BmcChassis *bmc_chassis_get(const Bmc *bmc)
{
    return &bmc->chassis->set;
}

void bmc_chassis_set_policy(Bmc *bmc, BmcRestorePolicy policy,
                            const BmcOrigin *origin)
{
    g_autofree char *who = bmc_origin_to_string(origin);

    bmc->chassis->set.policy = policy;
    g_message("power restore policy: %s, set by %s", policies[policy], who);
    save(bmc);
    bmc_changed(bmc, BMC_PART_POWER);
}

void bmc_chassis_set_button(Bmc *bmc, bool disabled, const BmcOrigin *origin)
{
    g_autofree char *who = bmc_origin_to_string(origin);

    bmc->chassis->set.button_disabled = disabled;
    g_message("power button: %s by %s", disabled ? "disabled" : "enabled",
              who);
    save(bmc);
    bmc_changed(bmc, BMC_PART_POWER);
}

void bmc_chassis_set_addresses(
    Bmc *bmc, const uint8_t addresses[BMC_CHASSIS_ADDRESSES])
{
    memcpy(bmc->chassis->set.addresses, addresses, BMC_CHASSIS_ADDRESSES);
    save(bmc);
}

void bmc_chassis_set_cycle_interval(Bmc *bmc, uint8_t seconds,
                                    const BmcOrigin *origin)
{
    g_autofree char *who = bmc_origin_to_string(origin);

    bmc->chassis->interval_set = true;
    bmc->power_cycle_interval_ms = seconds * 1000;
    g_message("power cycle interval: %u s, set by %s", seconds, who);
    save(bmc);
}

uint64_t bmc_chassis_powered_s(Bmc *bmc)
{
    uint64_t s = powered_s(bmc);

    if (s >= bmc->chassis->saved_s + HOUR_S) {
        save(bmc);
    }
    return s;
}
