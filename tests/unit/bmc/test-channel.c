/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The LAN channel: access, K_g, privileges of the cipher suites. */
#include "osdep.h"

#include "bmc/channel.h"
#include "bmc-fixture.h"
#include "util/error.h"

static const BmcOrigin origin = { .channel = BMC_CHANNEL_LOCAL };

static void test_access(void)
{
    g_auto(Fixture) fix = { NULL };
    BmcChannelAccess access;

    fixture_init(&fix, MACHINE_STATE_RUNNING);
    fixture_start(&fix);
    access = *bmc_channel_access(fix.bmc);
    g_assert_cmpint(access.mode, ==, BMC_CHANNEL_MODE_ALWAYS);
    g_assert_cmpint(access.limit, ==, BMC_PRIVILEGE_ADMIN);
    g_assert_true(access.alerting && access.per_message_auth &&
                  access.user_level_auth);
    access.limit = BMC_PRIVILEGE_OPERATOR;
    access.alerting = false;
    bmc_channel_set_access(fix.bmc, false, &access, &origin);
    g_assert_cmpint(bmc_channel_access(fix.bmc)->limit, ==,
                    BMC_PRIVILEGE_OPERATOR);
    g_assert_cmpint(bmc_channel_access_saved(fix.bmc)->limit, ==,
                    BMC_PRIVILEGE_ADMIN);
    /* What is volatile is gone, what is not is there */
    fixture_restart(&fix);
    g_assert_true(bmc_channel_access(fix.bmc)->alerting);
    access.mode = BMC_CHANNEL_MODE_DISABLED;
    access.per_message_auth = access.user_level_auth = false;
    bmc_channel_set_access(fix.bmc, true, &access, &origin);
    g_assert_true(bmc_channel_access(fix.bmc)->alerting);
    fixture_restart(&fix);
    g_assert_cmpmem(bmc_channel_access(fix.bmc), sizeof(access), &access,
                    sizeof(access));
    fix.config.reset_accounts = true;
    fixture_restart(&fix);
    g_assert_cmpint(bmc_channel_access(fix.bmc)->mode, ==,
                    BMC_CHANNEL_MODE_ALWAYS);
}

/* Closed by an administrator; IPMI in the guest has a say too. */
static void test_closed(void)
{
    g_auto(Fixture) fix = { NULL };
    BmcChannelAccess access;

    fixture_init(&fix, MACHINE_STATE_RUNNING);
    fixture_start(&fix);
    access = *bmc_channel_access(fix.bmc);
    g_assert_false(bmc_channel_is_closed(fix.bmc));
    bmc_channel_set_enabled(fix.bmc, false, &origin);
    g_assert_true(bmc_channel_is_closed(fix.bmc));
    g_assert_cmpint(bmc_channel_access(fix.bmc)->mode, ==,
                    BMC_CHANNEL_MODE_DISABLED);
    g_assert_cmpint(bmc_channel_access_saved(fix.bmc)->mode, ==,
                    BMC_CHANNEL_MODE_DISABLED);
    /* For now, and then no more. */
    bmc_channel_set_access(fix.bmc, false, &access, &origin);
    g_assert_false(bmc_channel_is_closed(fix.bmc));
    fixture_restart(&fix);
    g_assert_true(bmc_channel_is_closed(fix.bmc));
    /* For good. */
    bmc_channel_set_access(fix.bmc, true, &access, &origin);
    fixture_restart(&fix);
    g_assert_false(bmc_channel_is_closed(fix.bmc));
    /* What IPMI disables is not closed: its session goes on. */
    access.mode = BMC_CHANNEL_MODE_DISABLED;
    bmc_channel_set_access(fix.bmc, true, &access, &origin);
    bmc_channel_set_access(fix.bmc, false, &access, &origin);
    g_assert_false(bmc_channel_is_closed(fix.bmc));
    bmc_channel_set_enabled(fix.bmc, true, &origin);
    g_assert_cmpint(bmc_channel_access_saved(fix.bmc)->mode, ==,
                    BMC_CHANNEL_MODE_ALWAYS);
}

static void test_ceiling(void)
{
    g_auto(Fixture) fix = { NULL };
    BmcChannelAccess access;
    BmcUserAccess rights;
    const BmcUser *user;

    fixture_init(&fix, MACHINE_STATE_RUNNING);
    fixture_start(&fix);
    user = bmc_users_get(fix.bmc, 2);
    g_assert_cmpint(bmc_channel_ceiling(fix.bmc, user), ==,
                    BMC_PRIVILEGE_ADMIN);
    access = *bmc_channel_access(fix.bmc);
    access.limit = BMC_PRIVILEGE_OPERATOR;
    bmc_channel_set_access(fix.bmc, false, &access, &origin);
    g_assert_cmpint(bmc_channel_ceiling(fix.bmc, user), ==,
                    BMC_PRIVILEGE_OPERATOR);
    rights = user->access;
    rights.privilege = BMC_PRIVILEGE_USER;
    bmc_users_set_access(fix.bmc, 2, &rights, &origin);
    g_assert_cmpint(bmc_channel_ceiling(fix.bmc, user), ==,
                    BMC_PRIVILEGE_USER);
    rights.callback_only = true;
    bmc_users_set_access(fix.bmc, 2, &rights, &origin);
    g_assert_cmpint(bmc_channel_ceiling(fix.bmc, user), ==,
                    BMC_PRIVILEGE_CALLBACK);
    rights.messaging = false;
    bmc_users_set_access(fix.bmc, 2, &rights, &origin);
    g_assert_cmpint(bmc_channel_ceiling(fix.bmc, user), ==,
                    BMC_PRIVILEGE_NONE);
    rights.messaging = true;
    bmc_users_set_access(fix.bmc, 2, &rights, &origin);
    access.mode = BMC_CHANNEL_MODE_DISABLED;
    bmc_channel_set_access(fix.bmc, false, &access, &origin);
    g_assert_cmpint(bmc_channel_ceiling(fix.bmc, user), ==,
                    BMC_PRIVILEGE_NONE);
}

static void test_kg(void)
{
    static const uint8_t key[BMC_KEY_LEN] = { 1, 0, 0xff, 4 };
    static const uint8_t none[BMC_KEY_LEN] = { 0 };
    g_auto(Fixture) fix = { NULL };
    g_autoptr(GError) err = NULL;
    uint8_t got[BMC_KEY_LEN];

    fixture_init(&fix, MACHINE_STATE_RUNNING);
    fixture_start(&fix);
    g_assert_false(bmc_channel_kg(fix.bmc, got));
    g_assert_cmpmem(got, sizeof(got), none, sizeof(none));
    g_assert_true(bmc_channel_set_kg(fix.bmc, key, &origin, &err));
    fixture_restart(&fix);
    g_assert_true(bmc_channel_kg(fix.bmc, got));
    g_assert_cmpmem(got, sizeof(got), key, sizeof(key));
    g_assert_false(bmc_channel_kg_locked(fix.bmc));
    bmc_channel_lock_kg(fix.bmc, &origin);
    fixture_restart(&fix);
    g_assert_true(bmc_channel_kg_locked(fix.bmc));
    g_assert_false(bmc_channel_set_kg(fix.bmc, none, &origin, &err));
    g_assert_error(err, BMC_ERROR, BMC_ERROR_PERMISSION);
    g_assert_true(bmc_channel_kg(fix.bmc, got));
    fix.config.reset_accounts = true;
    fixture_restart(&fix);
    g_assert_false(bmc_channel_kg(fix.bmc, got));
    g_assert_false(bmc_channel_kg_locked(fix.bmc));
}

/* A damaged key lets nobody in rather than everybody. */
static void test_bad_kg(void)
{
    static const char text[] =
        "{\"version\":1,\"channel\":{\"mode\":7,\"limit\":9,"
        "\"suite-privileges\":[\"x\",5,-1,2],\"kg\":\"AAAA\"}}";
    g_auto(Fixture) fix = { NULL };
    static const char *const names[] = {
        "mode", "limit", "suite-privileges", "suite-privileges",
        "suite-privileges", "kg",
    };
    g_autofree char *path = NULL;
    uint8_t got[BMC_KEY_LEN];
    size_t i;

    fixture_init(&fix, MACHINE_STATE_RUNNING);
    path = test_dir_file(fix.dir, "state.json");
    g_assert_true(g_file_set_contents(path, text, -1, NULL));
    for (i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autofree char *line = g_strdup_printf("*channel.%s cannot be used*",
                                                names[i]);

        test_expect_log(G_LOG_LEVEL_WARNING, line);
    }
    test_expect_log(G_LOG_LEVEL_WARNING, "*K_g cannot be used*");
    fixture_start(&fix);
    test_assert_logged();
    g_assert_true(bmc_channel_kg(fix.bmc, got));
    g_assert_cmpint(bmc_channel_access(fix.bmc)->mode, ==,
                    BMC_CHANNEL_MODE_ALWAYS);
    g_assert_cmpint(bmc_channel_access(fix.bmc)->limit, ==,
                    BMC_PRIVILEGE_ADMIN);
    g_assert_cmpint(bmc_channel_suite_privilege(fix.bmc, 0), ==,
                    BMC_PRIVILEGE_ADMIN);
    g_assert_cmpint(bmc_channel_suite_privilege(fix.bmc, 3), ==,
                    BMC_PRIVILEGE_USER);
}

static void test_suites(void)
{
    g_auto(Fixture) fix = { NULL };
    uint8_t suites[BMC_CIPHER_SUITE_COUNT];

    fixture_init(&fix, MACHINE_STATE_RUNNING);
    fixture_start(&fix);
    g_assert_cmpint(bmc_channel_suite_privilege(fix.bmc, 17), ==,
                    BMC_PRIVILEGE_ADMIN);
    g_assert_cmpint(bmc_channel_suite_privilege(fix.bmc, 20), ==,
                    BMC_PRIVILEGE_NONE);
    memset(suites, BMC_PRIVILEGE_ADMIN, sizeof(suites));
    suites[3] = BMC_PRIVILEGE_NONE;
    suites[17] = BMC_PRIVILEGE_USER;
    bmc_channel_set_suite_privileges(fix.bmc, suites, &origin);
    fixture_restart(&fix);
    g_assert_cmpint(bmc_channel_suite_privilege(fix.bmc, 3), ==,
                    BMC_PRIVILEGE_NONE);
    g_assert_cmpint(bmc_channel_suite_privilege(fix.bmc, 17), ==,
                    BMC_PRIVILEGE_USER);
}

int main(int argc, char **argv)
{
    test_init(&argc, &argv);
    g_test_add_func("/channel/access", test_access);
    g_test_add_func("/channel/closed", test_closed);
    g_test_add_func("/channel/ceiling", test_ceiling);
    g_test_add_func("/channel/kg", test_kg);
    g_test_add_func("/channel/kg/bad", test_bad_kg);
    g_test_add_func("/channel/suites", test_suites);
    return g_test_run();
}
