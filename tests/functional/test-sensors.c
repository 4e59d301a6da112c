/* SPDX-License-Identifier: GPL-2.0-or-later */
/* User-defined sensors, set by bmcctl and seen by IPMI and Redfish. */
#include "osdep.h"

#include "test-vm.h"

#define GUEST \
    "-M q35 -drive if=none,id=a,format=raw,file=@disk-a.img@,snapshot=on " \
    "-device ide-hd,drive=a"

static const char config[] =
    "[sensor room]\n"
    "type=temperature\n"
    "unit=degrees-c\n"
    "min=-20\n"
    "max=60\n"
    "upper-critical=30\n"
    "source=manual\n"
    "[sensor door]\n"
    "type=5\n"
    "reading=states\n"
    "source=manual\n";

static void setup(TestLab *f, const void *data)
{
    g_autofree char *path = NULL;
    g_autofree char *args = NULL;

    f->dir = test_dir_new();
    path = test_dir_file(f->dir, "bmc.conf");
    g_assert_true(g_file_set_contents(path, config, -1, NULL));
    f->vm = test_vm_start(f->dir, GUEST);
    args = g_strdup_printf("--qmp %s --config %s", f->vm->qmp, path);
    f->bmc = test_bmc_start(f->dir, args);
    test_bmc_wait_power(f->bmc, "On");
}

static void teardown(TestLab *f, const void *data)
{
    test_lab_end(f);
}

static void bmcctl(TestLab *f, const char *args, int code,
                   const char *pattern)
{
    g_autofree char *out = NULL;
    g_autofree char *line = g_strdup_printf(
        "%s/tools/bmcctl --run-dir %s/run %s", g_getenv("TEST_BUILD"),
        f->dir->path, args);

    g_assert_cmpint(test_run(&out, line), ==, code);
    if (!g_pattern_match_simple(pattern, out)) {
        g_error("bmcctl %s: '%s' does not match '%s'", args, out, pattern);
    }
}

static void ipmitool(TestLab *f, const char *args, const char *pattern)
{
    g_autofree char *out = NULL;

    g_assert_cmpint(test_bmc_ipmitool(f->bmc, args, &out), ==, 0);
    if (!g_pattern_match_simple(pattern, out)) {
        g_error("ipmitool %s: '%s' does not match '%s'", args, out, pattern);
    }
}

static void test_number(TestLab *f, const void *data)
{
    bmcctl(f, "sensor list", 0, "NAME*Power Unit*room*- Cel *no reading*");
    bmcctl(f, "sensor set room 29", 0, "");
    ipmitool(f, "sensor get room", "*Sensor Reading*: 28.9*Status*: ok*");
    bmcctl(f, "sensor set Room 31", 0, "");
    bmcctl(f, "sensor list", 0, "*room*31 Cel*Critical*bmcctl*");
    ipmitool(f, "sel elist",
             "*Temperature*room*Upper Critical going high*Asserted*");
    ipmitool(f, "sensor list", "*room*30.88*degrees C*cr*");
    bmcctl(f, "sensor set room -5.5", 0, "");
    ipmitool(f, "sel elist",
             "*Upper Critical going high*Asserted*"
             "*Upper Critical going high*Deasserted*");
    ipmitool(f, "sensor reading room", "room*-5.*");
}

static void test_states(TestLab *f, const void *data)
{
    bmcctl(f, "sensor set door 0x0001", 0, "");
    bmcctl(f, "sensor list", 0, "*door*0x0001*");
    ipmitool(f, "sel elist", "*Physical Security*door*Asserted*");
}

static void test_wrong(TestLab *f, const void *data)
{
    bmcctl(f, "sensor set room 61", 1, "bmcctl: *not in the range*\n");
    bmcctl(f, "sensor set room warm", 2, "bmcctl: 'warm' is not a number\n");
    bmcctl(f, "sensor set room nan", 2, "*is not a number\n");
    bmcctl(f, "sensor set door -1", 2, "*not a mask*\n");
    bmcctl(f, "sensor set cellar 1", 1, "bmcctl: there is no sensor*\n");
    bmcctl(f, "sensor set 'Power Unit' 1", 1, "*cannot be set*\n");
    bmcctl(f, "sensor set room", 2, "*\n  bmcctl sensor set NAME VALUE\n");
    bmcctl(f, "sensor", 2, "*\n  bmcctl sensor list\n*");
    bmcctl(f, "", 2, "*--help*\n");
    bmcctl(f, "--nonsense", 2, "*--nonsense*\n");
    test_bmc_stop(f->bmc);
    bmcctl(f, "sensor list", 1, "bmcctl: no BMC at */run/redfish.sock*\n");
}

int main(int argc, char **argv)
{
    test_init(&argc, &argv);
    g_test_add("/sensors/number", TestLab, NULL, setup, test_number,
               teardown);
    g_test_add("/sensors/states", TestLab, NULL, setup, test_states,
               teardown);
    g_test_add("/sensors/wrong", TestLab, NULL, setup, test_wrong, teardown);
    return g_test_run();
}
