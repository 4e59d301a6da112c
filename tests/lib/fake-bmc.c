/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A hub that does what a test says. */
#include "osdep.h"

#include "fake-bmc.h"

#include "bmc/hardware.h"
#include "bmc/lan.h"
#include "bmc/lockout.h"
#include "bmc/sessions.h"

typedef enum Kind {
    KIND_POWER,
    KIND_BOOT,
    KIND_VERIFY,
    KIND_READ,
    KIND_FLUSH,
} Kind;

typedef struct Operation {
    Kind kind;
    BmcPowerAction action;
    BmcBootEnabled enabled;
    BmcBootTarget target;
    const BmcUser *user;
    BmcSensorReading reading;
} Operation;

static const struct {
    BmcUser user;
    const char *password;
} accounts[] = {
    { { 2, "admin", true, BMC_PRIVILEGE_ADMIN, true }, "password" },
    { { 3, "oper", true, BMC_PRIVILEGE_OPERATOR, true }, "operpass" },
    { { 4, "view", true, BMC_PRIVILEGE_USER, true }, "viewpass" },
    { { 5, "nobody", true, BMC_PRIVILEGE_NONE, true }, "nopass" },
    { { 6, "off", false, BMC_PRIVILEGE_ADMIN, true }, "offpass" },
};

static const BmcUser *find(const char *name, const char *password)
{
    unsigned i;

    for (i = 0; i < G_N_ELEMENTS(accounts); i++) {
        if (accounts[i].user.enabled &&
            g_str_equal(accounts[i].user.name, name) &&
            g_str_equal(accounts[i].password, password)) {
            return &accounts[i].user;
        }
    }
    return NULL;
}

static void record(Bmc *bmc, const BmcOrigin *origin)
{
    bmc->channel = origin->channel;
    g_free(bmc->user);
    bmc->user = g_strdup(origin->user);
    g_free(bmc->peer);
    bmc->peer = g_strdup(origin->peer);
}

static void apply(Bmc *bmc, const Operation *op)
{
    switch (op->kind) {
    case KIND_POWER:
        bmc->n_power++;
        bmc->action = op->action;
        break;
    case KIND_BOOT:
        bmc->n_boot++;
        bmc->boot.enabled = op->enabled;
        bmc->boot.target = op->target;
        fake_bmc_changed(bmc, BMC_PART_BOOT);
        break;
    case KIND_VERIFY:
    case KIND_READ:
    case KIND_FLUSH:
        break;
    }
}

static void finish(Bmc *bmc, GTask *task)
{
    const Operation *op = g_task_get_task_data(task);

    if (bmc->fail >= 0) {
        g_task_return_new_error(task, BMC_ERROR, bmc->fail, "the test wants");
    } else if (op->kind == KIND_VERIFY && !op->user) {
        g_task_return_new_error(task, BMC_ERROR, BMC_ERROR_AUTH, "wrong");
    } else {
        apply(bmc, op);
        g_task_return_pointer(task, (void *)op->user, NULL);
    }
    g_object_unref(task);
}

static void begin(Bmc *bmc, Operation op, GCancellable *cancellable,
                  GAsyncReadyCallback callback, void *opaque)
{
    GTask *task = g_task_new(NULL, cancellable, callback, opaque);

    g_task_set_task_data(task, g_memdup2(&op, sizeof(op)), g_free);
    if (bmc->hold) {
        g_queue_push_tail(&bmc->held, task);
    } else {
        finish(bmc, task);
    }
}

const Machine *bmc_machine(const Bmc *bmc)
{
    return &bmc->machine;
}

Clock *bmc_clock(const Bmc *bmc)
{
    return bmc->clock;
}

const char *bmc_name(const Bmc *bmc)
{
    return bmc->name;
}

const char *bmc_uuid(const Bmc *bmc)
{
    return "01234567-89ab-4cde-8f01-23456789abcd";
}

const char *bmc_system_uuid(const Bmc *bmc)
{
    return bmc->system_uuid;
}

uint64_t bmc_generation(const Bmc *bmc, BmcPart part)
{
    return bmc->generations[part];
}

NotifierList *bmc_notifiers(Bmc *bmc)
{
    return &bmc->notifiers;
}

void bmc_identify_set(Bmc *bmc, int seconds, const BmcOrigin *origin)
{
    record(bmc, origin);
    bmc->identify = seconds < 0 ? 2 : seconds > 0;
    fake_bmc_changed(bmc, BMC_PART_IDENTIFY);
}

unsigned bmc_lan_port(const Bmc *bmc)
{
    return bmc->lan_port;
}

void bmc_identify_blink(Bmc *bmc, const BmcOrigin *origin)
{
    bmc_identify_set(bmc, -1, origin);
}

bool bmc_identify_blinks(const Bmc *bmc)
{
    return false;
}

int bmc_identify_state(const Bmc *bmc)
{
    return bmc->identify;
}

const BmcBoot *bmc_boot_get(const Bmc *bmc)
{
    return &bmc->boot;
}

bool bmc_boot_target_allowed(const Bmc *bmc, BmcBootTarget target)
{
    return !(bmc->no_targets & 1 << target);
}

const GPtrArray *bmc_boot_devices(const Bmc *bmc)
{
    return NULL;
}

void bmc_boot_reference(const MachineBootDevice *device,
                        char reference[BMC_BOOT_REFERENCE_LEN])
{
    g_strlcpy(reference, device->name, BMC_BOOT_REFERENCE_LEN);
}

const MachineBootDevice *bmc_boot_find(const Bmc *bmc, const char *reference)
{
    return NULL;
}

const MachineBootDevice *bmc_boot_nth(const Bmc *bmc, unsigned n)
{
    return NULL;
}

const char *bmc_boot_next(const Bmc *bmc)
{
    return NULL;
}

void bmc_boot_set_next(Bmc *bmc, const char *reference)
{
}

const MachineBootDevice *bmc_boot_find_uefi(const Bmc *bmc, const char *path)
{
    return NULL;
}

const char *bmc_boot_uefi(const Bmc *bmc)
{
    return NULL;
}

void bmc_boot_set_uefi(Bmc *bmc, const char *path)
{
}

void bmc_boot_set_order_async(Bmc *bmc, const char *const *references,
                              const BmcOrigin *origin,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback, void *opaque)
{
    g_assert_not_reached();
}

bool bmc_boot_set_order_finish(Bmc *bmc, GAsyncResult *res, GError **errp)
{
    g_assert_not_reached();
}

/* It has no hardware. */

const BmcNic *bmc_nic_nth(Bmc *bmc, unsigned n)
{
    return NULL;
}

const BmcNic *bmc_nic_find(Bmc *bmc, const char *id)
{
    return NULL;
}

const BmcNic *bmc_nic_of_pci(Bmc *bmc, const MachinePci *pci)
{
    return NULL;
}

const BmcPciDevice *bmc_pci_device_nth(Bmc *bmc, unsigned n)
{
    return NULL;
}

const BmcPciDevice *bmc_pci_device_find(Bmc *bmc, const char *id)
{
    return NULL;
}

const BmcPciDevice *bmc_pci_device_of(Bmc *bmc, const MachinePci *pci)
{
    return NULL;
}

const MachinePci *bmc_pci_find(Bmc *bmc, const char *path)
{
    return NULL;
}

const MachinePci *bmc_graphics_nth(Bmc *bmc, unsigned n)
{
    return NULL;
}

bool bmc_host_interface(Bmc *bmc)
{
    return false;
}

void bmc_hardware_refresh_async(Bmc *bmc, GCancellable *cancellable,
                                GAsyncReadyCallback callback, void *opaque)
{
    GTask *task = g_task_new(NULL, cancellable, callback, opaque);

    g_task_return_boolean(task, true);
    g_object_unref(task);
}

bool bmc_hardware_refresh_finish(GAsyncResult *res, GError **errp)
{
    return g_task_propagate_boolean(G_TASK(res), errp);
}

MachineFirmware bmc_boot_mode(const Bmc *bmc)
{
    return bmc->firmware;
}

void bmc_boot_set_async(Bmc *bmc, BmcBootEnabled enabled,
                        BmcBootTarget target, const uint8_t *ipmi_flags,
                        const BmcOrigin *origin, GCancellable *cancellable,
                        GAsyncReadyCallback callback, void *opaque)
{
    Operation op = { .kind = KIND_BOOT, .enabled = enabled,
                     .target = target };

    record(bmc, origin);
    begin(bmc, op, cancellable, callback, opaque);
}

bool bmc_boot_set_finish(Bmc *bmc, GAsyncResult *res, GError **errp)
{
    g_task_propagate_pointer(G_TASK(res), errp);
    return !errp || !*errp;
}

BmcPowerState bmc_power_state(const Bmc *bmc)
{
    return bmc->power;
}

const BmcPowerEvent *bmc_power_last_restart_event(const Bmc *bmc)
{
    return &bmc->restart;
}

void bmc_power_request_async(Bmc *bmc, BmcPowerAction action,
                             const BmcOrigin *origin,
                             GCancellable *cancellable,
                             GAsyncReadyCallback callback, void *opaque)
{
    Operation op = { .kind = KIND_POWER, .action = action };

    record(bmc, origin);
    begin(bmc, op, cancellable, callback, opaque);
}

bool bmc_power_acknowledge(Bmc *bmc)
{
    return false;
}

void bmc_power_follow_async(Bmc *bmc, GCancellable *cancellable,
                            GAsyncReadyCallback callback, void *opaque)
{
    GTask *task = g_task_new(NULL, cancellable, callback, opaque);

    g_task_return_boolean(task, true);
    g_object_unref(task);
}

bool bmc_power_request_finish(Bmc *bmc, GAsyncResult *res, GError **errp)
{
    g_task_propagate_pointer(G_TASK(res), errp);
    return !errp || !*errp;
}

bool bmc_users_verify_now(Bmc *bmc, const char *name, const char *password,
                          const BmcUser **user)
{
    *user = find(name, password);
    return !bmc->hash_passwords;
}

const BmcUser *bmc_users_find(const Bmc *bmc, const char *name, size_t len)
{
    return NULL;
}

const BmcUser *bmc_users_get(const Bmc *bmc, unsigned slot)
{
    unsigned i;

    for (i = 0; i < G_N_ELEMENTS(accounts); i++) {
        if (accounts[i].user.slot == slot) {
            return &accounts[i].user;
        }
    }
    return NULL;
}

bool bmc_lockout_allows(const Bmc *bmc, unsigned slot,
                        const BmcOrigin *origin)
{
    return true;
}

void bmc_lockout_failed(Bmc *bmc, unsigned slot, const BmcOrigin *origin)
{
}

void bmc_lockout_succeeded(Bmc *bmc, unsigned slot, const BmcOrigin *origin)
{
}

bool bmc_session_go_on(Bmc *bmc, const char *id)
{
    return false;
}

const BmcSession *bmc_session_use(Bmc *bmc, const char *token)
{
    return NULL;
}

char *bmc_origin_to_string(const BmcOrigin *origin)
{
    return g_strdup(origin->user ? origin->user : "nobody");
}

void bmc_users_verify_async(Bmc *bmc, const char *name, const char *password,
                            const char *peer, GCancellable *cancellable,
                            GAsyncReadyCallback callback, void *opaque)
{
    Operation op = { .kind = KIND_VERIFY, .user = find(name, password) };

    bmc->n_verify++;
    begin(bmc, op, cancellable, callback, opaque);
}

const BmcUser *bmc_users_verify_finish(Bmc *bmc, GAsyncResult *res,
                                       GError **errp)
{
    return g_task_propagate_pointer(G_TASK(res), errp);
}

static int sensor_index(const Bmc *bmc, uint8_t number)
{
    unsigned i;

    for (i = 0; bmc->sensors[i].number; i++) {
        if (bmc->sensors[i].number == number) {
            return i;
        }
    }
    return -1;
}

const BmcSensor *bmc_sensor_nth(const Bmc *bmc, unsigned n)
{
    return n < FAKE_SENSORS_MAX && bmc->sensors[n].number ? &bmc->sensors[n]
                                                          : NULL;
}

const BmcSensor *bmc_sensor_find(const Bmc *bmc, uint8_t number)
{
    int i = sensor_index(bmc, number);

    return number && i >= 0 ? &bmc->sensors[i] : NULL;
}

bool bmc_sensor_is_analog(const BmcSensor *sensor)
{
    return sensor->event_type == BMC_EVENT_THRESHOLD;
}

void bmc_sensor_read_async(Bmc *bmc, uint8_t number,
                           GCancellable *cancellable,
                           GAsyncReadyCallback callback, void *opaque)
{
    int i = sensor_index(bmc, number);
    Operation op = { .kind = KIND_READ };

    g_assert_cmpint(i, >=, 0);
    op.reading = bmc->readings[i];
    begin(bmc, op, cancellable, callback, opaque);
}

bool bmc_sensor_read_finish(GAsyncResult *res, BmcSensorReading *reading,
                            GError **errp)
{
    const Operation *op = g_task_get_task_data(G_TASK(res));

    g_task_propagate_pointer(G_TASK(res), errp);
    *reading = op->reading;
    return true;
}

bool bmc_sensor_set_value(Bmc *bmc, uint8_t number, double value,
                          const BmcOrigin *origin, GError **errp)
{
    BmcSensorReading *reading = &bmc->readings[sensor_index(bmc, number)];

    record(bmc, origin);
    if (bmc->fail >= 0) {
        g_set_error(errp, BMC_ERROR, bmc->fail, "the test wants");
        return false;
    }
    reading->available = true;
    reading->value = value;
    return true;
}

bool bmc_sensor_set_states(Bmc *bmc, uint8_t number, uint16_t states,
                           const BmcOrigin *origin, GError **errp)
{
    BmcSensorReading *reading = &bmc->readings[sensor_index(bmc, number)];

    record(bmc, origin);
    reading->available = true;
    reading->states = states;
    return true;
}

void bmc_flush_async(Bmc *bmc, GCancellable *cancellable,
                     GAsyncReadyCallback callback, void *opaque)
{
    Operation op = { .kind = KIND_FLUSH };

    begin(bmc, op, cancellable, callback, opaque);
}

bool bmc_flush_finish(GAsyncResult *res, GError **errp)
{
    g_task_propagate_pointer(G_TASK(res), errp);
    return !errp || !*errp;
}

Bmc *fake_bmc_new(void)
{
    Bmc *bmc = g_new0(Bmc, 1);
    unsigned i;

    bmc->machine.state = MACHINE_STATE_RUNNING;
    bmc->machine.connected = true;
    bmc->machine.info.name = g_strdup("guest");
    bmc->machine.info.memory_bytes = 2ULL << 30;
    bmc->machine.info.n_cpus = 2;
    bmc->machine.info.machine_type = g_strdup("pc-q35-7.2");
    bmc->clock = clock_new_fake();
    bmc->name = "vm1";
    bmc->system_uuid = "deadbeef-0000-4000-8000-000000000001";
    bmc->power = BMC_POWER_STATE_ON;
    bmc->firmware = MACHINE_FIRMWARE_BIOS;
    bmc->fail = -1;
    for (i = 0; i < BMC_PART__MAX; i++) {
        bmc->generations[i] = 1;
    }
    g_queue_init(&bmc->held);
    return bmc;
}

void fake_bmc_free(Bmc *bmc)
{
    GTask *task;

    if (!bmc) {
        return;
    }
    while ((task = g_queue_pop_head(&bmc->held))) {
        g_task_return_new_error(task, G_IO_ERROR, G_IO_ERROR_CANCELLED,
                                "the hub goes");
        g_object_unref(task);
    }
    g_free(bmc->machine.info.name);
    g_free(bmc->machine.info.machine_type);
    g_free(bmc->user);
    g_free(bmc->peer);
    clock_unref(bmc->clock);
    g_free(bmc);
}

void fake_bmc_changed(Bmc *bmc, BmcPart part)
{
    BmcChange change = { .part = part };

    bmc->generations[part]++;
    notifier_list_notify(&bmc->notifiers, &change);
}

bool fake_bmc_release(Bmc *bmc)
{
    GTask *task = g_queue_pop_head(&bmc->held);

    if (task) {
        finish(bmc, task);
    }
    return task;
}
