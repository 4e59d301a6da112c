/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Sessions of real clients: each cipher suite, IPMI 1.5, the second key,
 * many sessions, and a lockout. The helper runs without a VM.
 */
#include "osdep.h"

#include "test-vm.h"

#define ALL "17,16,15,12,11,8,7,6,3,2,1"

typedef struct Sessions {
    TestDir *dir;
    TestBmc *bmc;
} Sessions;

static void start(Sessions *s, const char *args)
{
    g_autofree char *line = NULL;

    s->dir = test_dir_new();
    line = g_strdup_printf("--qmp %s/none.sock %s", s->dir->path, args);
    s->bmc = test_bmc_start(s->dir, line);
}

static void stop(Sessions *s)
{
    test_bmc_stop(s->bmc);
    test_bmc_free(s->bmc);
    test_dir_free(s->dir);
}

static int ipmitool(Sessions *s, const char *args)
{
    g_autofree char *line = g_strdup_printf(
        "ipmitool -N 2 -R 2 -H 127.0.0.1 -p %s -U admin %s mc info",
        s->bmc->ipmi_port, args);

    return test_run(NULL, line);
}

static int freeipmi(Sessions *s, const char *args)
{
    g_autofree char *line = g_strdup_printf(
        "bmc-info -h 127.0.0.1:%s -u admin --session-timeout=4000 "
        "--retransmission-timeout=1000 %s --get-device-id",
        s->bmc->ipmi_port, args);

    return test_run(NULL, line);
}

static bool suite_is(unsigned suite, const unsigned *list, size_t n)
{
    size_t i;

    for (i = 0; i < n && list[i] != suite; i++) {
        continue;
    }
    return i < n;
}

static void test_suites(void)
{
    static const unsigned suites[] = { 1, 2, 3, 6, 7, 8, 11, 12, 15, 16, 17 };
    /* ipmitool does not have these and ends with an assertion. */
    static const unsigned not_ipmitool[] = { 11, 12 };
    Sessions s;
    size_t i;

    start(&s, "--cipher-suites " ALL);
    for (i = 0; i < G_N_ELEMENTS(suites); i++) {
        g_autofree char *tool = g_strdup_printf("-I lanplus -P password -C %u",
                                                suites[i]);
        g_autofree char *free_args = g_strdup_printf(
            "-D LAN_2_0 -p password -I %u", suites[i]);

        g_test_message("suite %u", suites[i]);
        g_assert_cmpint(freeipmi(&s, free_args), ==, 0);
        if (!suite_is(suites[i], not_ipmitool, G_N_ELEMENTS(not_ipmitool))) {
            g_assert_cmpint(ipmitool(&s, tool), ==, 0);
        }
    }
    g_assert_cmpint(ipmitool(&s, "-I lanplus -P password -C 0"), !=, 0);
    g_assert_cmpint(freeipmi(&s, "-D LAN_2_0 -p password -I 0"), !=, 0);
    /* And what they take when they are not told. */
    g_assert_cmpint(ipmitool(&s, "-I lanplus -P password"), ==, 0);
    stop(&s);
}

/* Only what is configured, and it is what clients find by themselves. */
static void test_one_suite(void)
{
    Sessions s;

    start(&s, "--cipher-suites 3");
    g_assert_cmpint(ipmitool(&s, "-I lanplus -P password"), ==, 0);
    g_assert_cmpint(ipmitool(&s, "-I lanplus -P password -C 3"), ==, 0);
    g_assert_cmpint(ipmitool(&s, "-I lanplus -P password -C 17"), !=, 0);
    g_assert_cmpint(freeipmi(&s, "-D LAN_2_0 -p password -I 17"), !=, 0);
    g_assert_cmpint(ipmitool(&s, "-I lanplus -P wrong -C 3"), !=, 0);
    stop(&s);
}

static void test_ipmi15(void)
{
    Sessions s;

    start(&s, "--ipmi15 md5,md2,password");
    g_assert_cmpint(ipmitool(&s, "-I lan -P password -A MD5"), ==, 0);
    g_assert_cmpint(ipmitool(&s, "-I lan -P password -A PASSWORD"), ==, 0);
    g_assert_cmpint(ipmitool(&s, "-I lan -P password"), ==, 0);
    g_assert_cmpint(ipmitool(&s, "-I lan -P wrong -A MD5"), !=, 0);
    g_assert_cmpint(ipmitool(&s, "-I lan -P password -A NONE"), !=, 0);
    g_assert_cmpint(freeipmi(&s, "-D LAN -p password -a MD5"), ==, 0);
    g_assert_cmpint(freeipmi(&s, "-D LAN -p password -a MD2"), ==, 0);
    g_assert_cmpint(freeipmi(&s, "-D LAN -p password "
                             "-a STRAIGHT_PASSWORD_KEY"), ==, 0);
    g_assert_cmpint(freeipmi(&s, "-D LAN -p wrong -a MD5"), !=, 0);
    g_assert_cmpint(freeipmi(&s, "-D LAN -p password -a NONE"), !=, 0);
    stop(&s);
    start(&s, "");
    g_assert_cmpint(ipmitool(&s, "-I lan -P password"), !=, 0);
    g_assert_cmpint(freeipmi(&s, "-D LAN -p password"), !=, 0);
    stop(&s);
}

/* ipmitool falls silent when its password is wrong: that locks nobody out. */
static void test_wrong_then_right(void)
{
    Sessions s;
    unsigned i;

    start(&s, "");
    for (i = 0; i < 12; i++) {
        g_assert_cmpint(ipmitool(&s, "-I lanplus -P wrong"), !=, 0);
    }
    g_assert_cmpint(ipmitool(&s, "-I lanplus -P password"), ==, 0);
    g_assert_cmpint(freeipmi(&s, "-D LAN_2_0 -p password"), ==, 0);
    stop(&s);
}

int main(int argc, char **argv)
{
    test_init(&argc, &argv);
    g_test_add_func("/clients/sessions/suites", test_suites);
    g_test_add_func("/clients/sessions/one-suite", test_one_suite);
    g_test_add_func("/clients/sessions/ipmi15", test_ipmi15);
    g_test_add_func("/clients/sessions/wrong-then-right",
                    test_wrong_then_right);
    return g_test_run();
}
