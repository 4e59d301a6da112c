/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The configuration of SOL: ranges, persistence, notification. */
#include "osdep.h"

#include "bmc/sol.h"

#include "bmc-fixture.h"
#include "util/error.h"

static const BmcOrigin origin = { .channel = BMC_CHANNEL_LAN };

static void test_defaults(void)
{
    g_auto(Fixture) fix = { NULL };
    const BmcSolConfig *config;

    fixture_init(&fix, MACHINE_STATE_RUNNING);
    fixture_start(&fix);
    config = bmc_sol_get(fix.bmc);
    g_assert_true(config->enabled);
    g_assert_true(config->force_encryption);
    g_assert_true(config->force_authentication);
    g_assert_cmpint(config->privilege, ==, BMC_PRIVILEGE_OPERATOR);
    g_assert_cmpint(config->rate, ==, config->volatile_rate);
}

static void test_persistence(void)
{
    g_auto(Fixture) fix = { NULL };
    uint64_t generation;
    BmcSolConfig config = {
        .privilege = BMC_PRIVILEGE_USER,
        .force_authentication = true,
        .accumulate = 200,
        .threshold = 33,
        .retries = 0,
        .retry_interval = 0,
        .rate = 6,
        .volatile_rate = 8,
    };
    const BmcSolConfig *now;

    fixture_init(&fix, MACHINE_STATE_RUNNING);
    fixture_start(&fix);
    generation = bmc_generation(fix.bmc, BMC_PART_SOL);
    g_assert_true(bmc_sol_set(fix.bmc, &config, &origin, NULL));
    g_assert_cmpint(bmc_generation(fix.bmc, BMC_PART_SOL), >, generation);
    now = bmc_sol_get(fix.bmc);
    g_assert_cmpint(now->volatile_rate, ==, 8);
    fixture_restart(&fix);
    now = bmc_sol_get(fix.bmc);
    g_assert_false(now->enabled);
    g_assert_false(now->force_encryption);
    g_assert_true(now->force_authentication);
    g_assert_cmpint(now->privilege, ==, BMC_PRIVILEGE_USER);
    g_assert_cmpint(now->accumulate, ==, 200);
    g_assert_cmpint(now->threshold, ==, 33);
    g_assert_cmpint(now->retries, ==, 0);
    g_assert_cmpint(now->retry_interval, ==, 0);
    g_assert_cmpint(now->rate, ==, 6);
    g_assert_cmpint(now->volatile_rate, ==, 6);
}

static void test_ranges(void)
{
    g_auto(Fixture) fix = { NULL };
    static const struct {
        size_t offset;
        uint8_t value;
    } bad[] = {
        { offsetof(BmcSolConfig, accumulate), 0 },
        { offsetof(BmcSolConfig, threshold), 0 },
        { offsetof(BmcSolConfig, retries), 8 },
        { offsetof(BmcSolConfig, rate), 5 },
        { offsetof(BmcSolConfig, rate), 11 },
        { offsetof(BmcSolConfig, volatile_rate), 0 },
        { offsetof(BmcSolConfig, volatile_rate), 11 },
    };
    BmcSolConfig config;
    size_t i;

    fixture_init(&fix, MACHINE_STATE_RUNNING);
    fixture_start(&fix);
    for (i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_autoptr(GError) err = NULL;

        config = *bmc_sol_get(fix.bmc);
        ((uint8_t *)&config)[bad[i].offset] = bad[i].value;
        g_assert_false(bmc_sol_set(fix.bmc, &config, &origin, &err));
        g_assert_error(err, BMC_ERROR, BMC_ERROR_INVALID);
    }
    config = *bmc_sol_get(fix.bmc);
    config.privilege = BMC_PRIVILEGE_CALLBACK;
    g_assert_false(bmc_sol_set(fix.bmc, &config, &origin, NULL));
    config.privilege = BMC_PRIVILEGE_ADMIN + 1;
    g_assert_false(bmc_sol_set(fix.bmc, &config, &origin, NULL));
    g_assert_cmpint(bmc_sol_get(fix.bmc)->privilege, ==,
                    BMC_PRIVILEGE_OPERATOR);
}

int main(int argc, char **argv)
{
    test_init(&argc, &argv);
    g_test_add_func("/bmc/sol/defaults", test_defaults);
    g_test_add_func("/bmc/sol/persistence", test_persistence);
    g_test_add_func("/bmc/sol/ranges", test_ranges);
    return g_test_run();
}
