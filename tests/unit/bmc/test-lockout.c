/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Lockout after wrong passwords. */
#include "osdep.h"

#include "bmc/lockout.h"
#include "bmc/restart.h"
#include "bmc/sel.h"

#include "bmc-fixture.h"

#define ADMIN FIXTURE_ADMIN

static const BmcOrigin here = { BMC_CHANNEL_LAN, "admin", "192.0.2.1" };
static const BmcOrigin there = { BMC_CHANNEL_LAN, "admin", "192.0.2.2" };
static const BmcOrigin web = { BMC_CHANNEL_REDFISH, "admin", "192.0.2.3" };

static void setup(Fixture *f, const void *opaque)
{
    fixture_init_accounts(f, MACHINE_STATE_RUNNING);
    fixture_start(f);
}

static void teardown(Fixture *f, const void *opaque)
{
    fixture_clear(f);
}

static void fail(Fixture *f, unsigned n, const BmcOrigin *origin)
{
    while (n--) {
        bmc_lockout_failed(f->bmc, ADMIN, origin);
    }
}

static void set(Fixture *f, unsigned threshold, unsigned reset_s,
                unsigned lockout_s, bool event)
{
    const BmcLockoutPolicy policy = { threshold, reset_s, lockout_s, event };

    bmc_lockout_set(f->bmc, &policy);
}

static void test_default(Fixture *f, const void *opaque)
{
    fail(f, 9, &here);
    g_assert_true(bmc_lockout_allows(f->bmc, ADMIN, &here));
    fail(f, 1, &here);
    g_assert_false(bmc_lockout_allows(f->bmc, ADMIN, &here));
    /* Neither anybody else nor the same user elsewhere. */
    g_assert_true(bmc_lockout_allows(f->bmc, FIXTURE_OPER, &here));
    g_assert_true(bmc_lockout_allows(f->bmc, ADMIN, &there));
    g_assert_true(bmc_lockout_allows(f->bmc, ADMIN, &web));
    fixture_advance(f, 59999);
    g_assert_false(bmc_lockout_allows(f->bmc, ADMIN, &here));
    fixture_advance(f, 1);
    g_assert_true(bmc_lockout_allows(f->bmc, ADMIN, &here));
    fail(f, 9, &here);
    g_assert_true(bmc_lockout_allows(f->bmc, ADMIN, &here));
}

/* Who starts over is not shut out by what was before. */
static void test_accounts_reset(Fixture *f, const void *opaque)
{
    set(f, 2, 0, 0, false);
    fail(f, 2, &here);
    g_assert_false(bmc_lockout_allows(f->bmc, ADMIN, &there));
    bmc_reset_to_defaults(f->bmc, BMC_DEFAULTS_KEEP_NETWORK, &web);
    g_assert_true(bmc_lockout_allows(f->bmc, ADMIN, &here));
    fixture_settle(f);
    set(f, 2, 0, 0, false);
    fail(f, 2, &here);
    fixture_settle(f);
    fixture_restart(f);
    g_assert_false(bmc_lockout_allows(f->bmc, ADMIN, &here));
    f->config.reset_accounts = true;
    fixture_restart(f);
    g_assert_true(bmc_lockout_allows(f->bmc, ADMIN, &here));
    f->config.reset_accounts = false;
    fixture_settle(f);
    fixture_restart(f);
    g_assert_true(bmc_lockout_allows(f->bmc, ADMIN, &here));
}

static void test_success_and_reset(Fixture *f, const void *opaque)
{
    set(f, 3, 20, 40, false);
    fail(f, 2, &here);
    bmc_lockout_succeeded(f->bmc, ADMIN, &here);
    fail(f, 2, &here);
    g_assert_true(bmc_lockout_allows(f->bmc, ADMIN, &here));
    fixture_advance(f, 20000);
    fail(f, 2, &here);
    g_assert_true(bmc_lockout_allows(f->bmc, ADMIN, &here));
    fixture_advance(f, 19999);
    fail(f, 1, &here);
    g_assert_false(bmc_lockout_allows(f->bmc, ADMIN, &here));
    /* More of them do not prolong it. */
    fixture_advance(f, 39000);
    fail(f, 5, &here);
    fixture_advance(f, 1000);
    g_assert_true(bmc_lockout_allows(f->bmc, ADMIN, &here));
    /* Without reset interval nothing is forgotten, without threshold all. */
    set(f, 3, 0, 40, false);
    fail(f, 2, &here);
    fixture_advance(f, 3600 * 1000);
    fail(f, 1, &here);
    g_assert_false(bmc_lockout_allows(f->bmc, ADMIN, &here));
    set(f, 0, 20, 40, false);
    g_assert_true(bmc_lockout_allows(f->bmc, ADMIN, &here));
    fail(f, 100, &here);
    g_assert_true(bmc_lockout_allows(f->bmc, ADMIN, &here));
}

static void test_user_wide(Fixture *f, const void *opaque)
{
    static const BmcOrigin inside = { BMC_CHANNEL_IN_BAND, NULL, NULL };

    set(f, 2, 0, 0, false);
    fail(f, 2, &here);
    g_assert_false(bmc_lockout_allows(f->bmc, ADMIN, &here));
    g_assert_false(bmc_lockout_allows(f->bmc, ADMIN, &there));
    g_assert_false(bmc_lockout_allows(f->bmc, ADMIN, &web));
    g_assert_true(bmc_lockout_allows(f->bmc, ADMIN, &inside));
    g_assert_true(bmc_lockout_allows(f->bmc, FIXTURE_OPER, &here));
    fixture_advance(f, 3600 * 1000);
    fixture_restart(f);
    g_assert_false(bmc_lockout_allows(f->bmc, ADMIN, &there));
    bmc_lockout_enable(f->bmc, ADMIN);
    g_assert_true(bmc_lockout_allows(f->bmc, ADMIN, &there));
    fixture_restart(f);
    g_assert_true(bmc_lockout_allows(f->bmc, ADMIN, &there));
}

static void test_never(Fixture *f, const void *opaque)
{
    static const BmcOrigin origins[] = {
        { BMC_CHANNEL_IN_BAND, "admin", NULL },
        { BMC_CHANNEL_LOCAL, "admin", "uid 0" },
        { BMC_CHANNEL_INTERNAL, NULL, NULL },
    };
    uint64_t events = bmc_generation(f->bmc, BMC_PART_EVENTS);
    size_t i;

    for (i = 0; i < G_N_ELEMENTS(origins); i++) {
        fail(f, 100, &origins[i]);
        g_assert_true(bmc_lockout_allows(f->bmc, ADMIN, &origins[i]));
    }
    g_assert_cmpint(bmc_generation(f->bmc, BMC_PART_EVENTS), ==, events);
}

/* The neighbours of an IPv6 address belong to the same host. */
static void test_ipv6(Fixture *f, const void *opaque)
{
    static const BmcOrigin first = { BMC_CHANNEL_LAN, "a", "2001:db8::1" };
    static const BmcOrigin next = { BMC_CHANNEL_LAN, "a",
                                    "2001:db8::ffff:ffff:ffff:2" };
    static const BmcOrigin other = { BMC_CHANNEL_LAN, "a",
                                     "2001:db8:0:1::1" };

    fail(f, 5, &first);
    fail(f, 5, &next);
    g_assert_false(bmc_lockout_allows(f->bmc, ADMIN, &first));
    g_assert_true(bmc_lockout_allows(f->bmc, ADMIN, &other));
}

static void test_bounded(Fixture *f, const void *opaque)
{
    unsigned i;

    fail(f, 10, &here);
    for (i = 0; i < 10 * BMC_LOCKOUT_MAX; i++) {
        g_autofree char *peer = g_strdup_printf("10.0.%u.%u", i / 256,
                                                i % 256);
        const BmcOrigin origin = { BMC_CHANNEL_LAN, "admin", peer };

        fail(f, 1, &origin);
        /* What is in use stays. */
        if (i < BMC_LOCKOUT_MAX - 1) {
            g_assert_false(bmc_lockout_allows(f->bmc, ADMIN, &here));
        }
    }
    g_assert_true(bmc_lockout_allows(f->bmc, ADMIN, &here));
}

static void test_reports(Fixture *f, const void *opaque)
{
    uint64_t events = bmc_generation(f->bmc, BMC_PART_EVENTS);

    test_expect_log(G_LOG_LEVEL_MESSAGE,
                    "event: wrong password: admin at 192.0.2.1 over IPMI "
                    "over LAN");
    fail(f, 9, &here);
    fail(f, 9, &there);
    test_assert_logged();
    g_assert_cmpint(bmc_generation(f->bmc, BMC_PART_EVENTS), ==, events + 1);
    bmc_lockout_failed(f->bmc, FIXTURE_OPER, &here);
    g_assert_cmpint(bmc_generation(f->bmc, BMC_PART_EVENTS), ==, events + 2);
    fixture_advance(f, 60000);
    fail(f, 1, &here);
    g_assert_cmpint(bmc_generation(f->bmc, BMC_PART_EVENTS), ==, events + 3);
    /* That one is locked out is an event only if it is wanted. */
    set(f, 2, 0, 10, false);
    fail(f, 2, &here);
    g_assert_cmpint(bmc_generation(f->bmc, BMC_PART_EVENTS), ==, events + 3);
    set(f, 2, 0, 10, true);
    test_expect_log(G_LOG_LEVEL_MESSAGE,
                    "event: 2 wrong passwords: admin at 192.0.2.1 over IPMI "
                    "over LAN is locked out for 10 s");
    fail(f, 2, &here);
    test_assert_logged();
    g_assert_cmpint(bmc_generation(f->bmc, BMC_PART_EVENTS), ==, events + 4);
}

/* Event data 3 is the channel; Redfish has none. */
static void test_event_data(Fixture *f, const void *opaque)
{
    const BmcSelEntry *entry;

    set(f, 1, 0, 10, true);
    fail(f, 1, &here);
    entry = bmc_sel_find(f->bmc, SEL_ID_LAST, NULL);
    test_assert_hex_equal(entry->bytes + 10, 6, "2a 09 6f f3 02 01");
    bmc_lockout_failed(f->bmc, FIXTURE_OPER, &web);
    entry = bmc_sel_find(f->bmc, SEL_ID_LAST, NULL);
    test_assert_hex_equal(entry->bytes + 10, 6, "2a 09 6f c3 03 ff");
}

static void test_unanswered(Fixture *f, const void *opaque)
{
    unsigned i;

    for (i = 0; i < BMC_LOCKOUT_UNANSWERED_MAX; i++) {
        g_assert_true(bmc_lockout_may_ask(f->bmc, &here));
        bmc_lockout_unanswered(f->bmc, &here);
        clock_advance(f->clock, 50);
    }
    g_assert_false(bmc_lockout_may_ask(f->bmc, &here));
    g_assert_true(bmc_lockout_may_ask(f->bmc, &there));
    g_assert_true(bmc_lockout_allows(f->bmc, ADMIN, &here));
    fixture_advance(f, 60000 - BMC_LOCKOUT_UNANSWERED_MAX * 50 - 1);
    g_assert_false(bmc_lockout_may_ask(f->bmc, &here));
    fixture_advance(f, 1);
    g_assert_true(bmc_lockout_may_ask(f->bmc, &here));
    bmc_lockout_unanswered(f->bmc, &here);
    g_assert_true(bmc_lockout_may_ask(f->bmc, &here));
}

#define ADD(path, func) \
    g_test_add("/bmc/lockout/" path, Fixture, NULL, setup, func, teardown)

int main(int argc, char **argv)
{
    test_init(&argc, &argv);
    ADD("default", test_default);
    ADD("accounts-reset", test_accounts_reset);
    ADD("success-and-reset", test_success_and_reset);
    ADD("user-wide", test_user_wide);
    ADD("never", test_never);
    ADD("ipv6", test_ipv6);
    ADD("bounded", test_bounded);
    ADD("reports", test_reports);
    ADD("event-data", test_event_data);
    ADD("unanswered", test_unanswered);
    return g_test_run();
}
