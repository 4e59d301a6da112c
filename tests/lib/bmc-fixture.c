/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A hub on a mock machine, a fake clock and a temporary state directory. */
#include "osdep.h"

#include "bmc-fixture.h"

#include "bmc/bmc-priv.h"
#include "util/error.h"

static const BmcOrigin origin = {
    .channel = BMC_CHANNEL_REDFISH,
    .user = "admin",
    .peer = "127.0.0.1",
};

/* -1 is no BmcError. */
static int error_code(const GError *err)
{
    if (err) {
        g_assert_cmpstr(g_quark_to_string(err->domain), ==,
                        g_quark_to_string(BMC_ERROR));
    }
    return err ? err->code : -1;
}

void fixture_init(Fixture *fix, MachineState state)
{
    memset(fix, 0, sizeof(*fix));
    fix->dir = test_dir_new();
    fix->clock = clock_new_fake();
    fix->mock = mock_machine_new(state);
    fix->config.name = "test";
    fix->config.state_dir = fix->dir->path;
    fix->config.admin_user = "admin";
    fix->config.admin_password = "secret";
    fix->config.admin_given = true;
    fix->config.boot_mode = MACHINE_FIRMWARE_BIOS;
}

static JsonObject *account(unsigned slot, const char *name, bool enabled,
                           BmcPrivilege privilege)
{
    JsonObject *object = json_object_new();

    json_object_set_int_member(object, "slot", slot);
    json_object_set_string_member(object, "name", name);
    json_object_set_boolean_member(object, "enabled", enabled);
    json_object_set_int_member(object, "privilege", privilege);
    json_object_set_string_member(object, "password", FIXTURE_PASSWORD);
    return object;
}

/* Puts it where a helper before this one would have left it. */
static void write_state(Fixture *fix)
{
    JsonObject *identity = json_object_new();
    JsonObject *users = json_object_new();
    JsonArray *accounts = json_array_new();
    g_autoptr(Persist) persist = NULL;
    g_autoptr(GError) err = NULL;
    static const struct {
        unsigned slot;
        const char *name;
        bool enabled;
        BmcPrivilege privilege;
    } rows[] = {
        { FIXTURE_ADMIN, "admin", true, BMC_PRIVILEGE_ADMIN },
        { FIXTURE_OPER, "oper", true, BMC_PRIVILEGE_OPERATOR },
        { FIXTURE_VIEWER, "viewer", true, BMC_PRIVILEGE_USER },
        { FIXTURE_CALLER, "caller", true, BMC_PRIVILEGE_CALLBACK },
        { FIXTURE_GONE, "gone", false, BMC_PRIVILEGE_ADMIN },
    };
    size_t i;

    for (i = 0; i < G_N_ELEMENTS(rows); i++) {
        json_array_add_object_element(
            accounts, account(rows[i].slot, rows[i].name, rows[i].enabled,
                              rows[i].privilege));
    }
    json_object_set_array_member(users, "accounts", accounts);
    json_object_set_string_member(identity, "uuid", FIXTURE_UUID);
    persist = persist_open(fix->dir->path, &err);
    g_assert_no_error(err);
    persist_set(persist, "users", users);
    persist_set(persist, "identity", identity);
}

void fixture_init_accounts(Fixture *fix, MachineState state)
{
    fixture_init(fix, state);
    fix->config.admin_given = false;
    mock_machine_add_device(fix->mock, "disk", MACHINE_BOOT_HDD, -1);
    mock_machine_add_device(fix->mock, "cd", MACHINE_BOOT_CD, -1);
    mock_machine_add_device(fix->mock, "nic", MACHINE_BOOT_NIC, -1);
    fixture_set_system_uuid(fix, FIXTURE_SYSTEM_UUID);
    write_state(fix);
}

void fixture_start(Fixture *fix)
{
    g_autoptr(GError) err = NULL;

    fix->bmc = bmc_new(&fix->config, mock_machine_base(fix->mock),
                       fix->clock, &err);
    g_assert_no_error(err);
    fixture_settle(fix);
}

void fixture_restart(Fixture *fix)
{
    g_clear_pointer(&fix->bmc, bmc_free);
    test_drain();
    fixture_start(fix);
}

void fixture_clear(Fixture *fix)
{
    g_clear_pointer(&fix->bmc, bmc_free);
    g_clear_pointer(&fix->mock, mock_machine_free);
    test_drain();
    g_clear_pointer(&fix->clock, clock_unref);
    g_clear_pointer(&fix->dir, test_dir_free);
}

void fixture_settle(Fixture *fix)
{
    unsigned i;

    /* Boot waits for the disk before it goes on, twice at most */
    for (i = 0; fix->bmc && i < 3; i++) {
        g_auto(TestSync) sync = { NULL };

        test_drain();
        persist_flush_async(fix->bmc->persist, 0, NULL, test_sync_ready, &sync);
        test_sync_wait(&sync);
        persist_flush_finish(sync.result, NULL);
    }
    test_drain();
}

void fixture_advance(Fixture *fix, int64_t ms)
{
    clock_advance(fix->clock, ms);
    fixture_settle(fix);
}

void fixture_set_user(Fixture *fix, unsigned slot, bool enabled,
                      BmcPrivilege privilege)
{
    BmcOrigin inside = { .channel = BMC_CHANNEL_INTERNAL };
    BmcUserAccess access = bmc_users_get(fix->bmc, slot)->access;

    access.privilege = privilege;
    bmc_users_set_access(fix->bmc, slot, &access, &inside);
    bmc_users_set_enabled(fix->bmc, slot, enabled, &inside);
    bmc_changed(fix->bmc, BMC_PART_USERS);
}

void fixture_set_system_uuid(Fixture *fix, const char *uuid)
{
    Machine *machine = mock_machine_base(fix->mock);

    g_free(machine->info.uuid);
    machine->info.uuid = g_strdup(uuid);
    machine_notify(machine, MACHINE_EVENT_INFO, false, NULL);
}

int fixture_power(Fixture *fix, BmcPowerAction action)
{
    g_auto(TestSync) sync = { NULL };
    g_autoptr(GError) err = NULL;

    bmc_power_request_async(fix->bmc, action, &origin, NULL,
                            test_sync_ready, &sync);
    bmc_power_request_finish(fix->bmc, test_sync_wait(&sync), &err);
    fixture_settle(fix);
    return error_code(err);
}

int fixture_boot(Fixture *fix, BmcBootEnabled enabled, BmcBootTarget target)
{
    g_auto(TestSync) sync = { NULL };
    g_autoptr(GError) err = NULL;

    bmc_boot_set_async(fix->bmc, enabled, target, NULL, &origin, NULL,
                       test_sync_ready, &sync);
    bmc_boot_set_finish(fix->bmc, test_sync_wait(&sync), &err);
    fixture_settle(fix);
    return error_code(err);
}

void fixture_assert_log(Fixture *fix, const char *expected)
{
    g_autofree char *log = mock_machine_take_log(fix->mock);
    g_auto(GStrv) words = g_strsplit(log, " ", -1);
    GString *text = g_string_new(NULL);
    unsigned i;

    for (i = 0; words[i]; i++) {
        if (*words[i] && strcmp(words[i], "list")) {
            g_string_append_printf(text, "%s%s", text->len ? " " : "",
                                   words[i]);
        }
    }
    g_assert_cmpstr(text->str, ==, expected);
    g_string_free(text, true);
}

unsigned fixture_log_count(Fixture *fix, const char *what)
{
    g_autofree char *log = mock_machine_take_log(fix->mock);
    g_auto(GStrv) words = g_strsplit(log, " ", -1);
    unsigned count = 0;
    unsigned i;

    for (i = 0; words[i]; i++) {
        count += strcmp(words[i], what) == 0;
    }
    return count;
}

void fixture_assert_indices(Fixture *fix, const char *expected)
{
    g_autofree char *text = mock_machine_indices(fix->mock);

    g_assert_cmpstr(text, ==, expected);
}
