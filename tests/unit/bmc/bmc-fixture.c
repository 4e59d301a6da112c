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
        persist_flush_async(fix->bmc->persist, NULL, test_sync_ready, &sync);
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

void fixture_assert_indices(Fixture *fix, const char *expected)
{
    g_autofree char *text = mock_machine_indices(fix->mock);

    g_assert_cmpstr(text, ==, expected);
}
