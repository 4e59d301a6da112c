/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Unmodified IPMI clients against the real helper and a real VM: ipmitool and
 * FreeIPMI, with their defaults and without workarounds.
 */
#include "osdep.h"

#include "test-vm.h"

#define GUEST \
    "-M q35 -drive if=none,id=a,format=raw,file=@disk-a.img@,snapshot=on " \
    "-device ide-hd,drive=a,bootindex=10 " \
    "-drive if=none,id=c,format=raw,file=@cd-c.iso@,readonly=on " \
    "-device ide-cd,drive=c,bus=ide.1,bootindex=20 " \
    "-device e1000,romfile=@net-n.rom@,bootindex=30"

#define SENSOR_WAIT_MS 200

static void setup(TestLab *f, const void *data)
{
    test_lab_start(f, GUEST, "BOOTED A");
}

static void teardown(TestLab *f, const void *data)
{
    test_lab_end(f);
}

static void ipmitool(TestLab *f, const char *args, int code,
                     const char *pattern)
{
    g_autofree char *out = NULL;

    g_assert_cmpint(test_bmc_ipmitool(f->bmc, args, &out), ==, code);
    if (!g_pattern_match_simple(pattern, out)) {
        g_error("ipmitool %s: '%s' does not match '%s'", args, out, pattern);
    }
}

static void test_ipmitool(TestLab *f, const void *data)
{
    ipmitool(f, "power status", 0, "Chassis Power is on\n");
    ipmitool(f, "-C 3 power status", 0, "Chassis Power is on\n");
    ipmitool(f, "-C 17 power status", 0, "Chassis Power is on\n");
    ipmitool(f, "-N 5 -E -C 3 chassis status", 0,
             "*System Power*: on*Last Power Event*");
    ipmitool(f, "mc info", 0, "*IPMI Version*: 2.0*Chassis Device*");
    ipmitool(f, "-L OPERATOR chassis status", 0, "*System Power*: on*");
    ipmitool(f, "-L USER power status", 0, "*is on*");
    ipmitool(f, "-L USER power reset", 1, "*");
    ipmitool(f, "chassis identify 5", 0, "*");
    ipmitool(f, "chassis identify force", 0, "*");
    ipmitool(f, "chassis identify 0", 0, "*");
    ipmitool(f, "chassis restart_cause", 0, "*");
    ipmitool(f, "channel getciphers ipmi", 0, "*");
    ipmitool(f, "raw 6 1", 0, " 20 *");
    ipmitool(f, "raw 6 0xee", 1, "*Invalid command*");
    ipmitool(f, "raw 0 2", 1, "*length*");
}

static void test_ipmitool_boot(TestLab *f, const void *data)
{
    ipmitool(f, "chassis bootdev pxe", 0, "Set Boot Device to pxe\n");
    ipmitool(f, "chassis bootparam get 5", 0,
             "*Boot Flag Valid*only next boot*Force PXE*");
    ipmitool(f, "power reset", 0, "Chassis Power Control: Reset\n");
    test_vm_wait_serial(f->vm, "BOOTED N");
    ipmitool(f, "chassis bootdev cdrom options=persistent,efiboot", 0,
             "Set Boot Device to cdrom\n");
    ipmitool(f, "chassis bootparam get 5", 0,
             "*all future boots*EFI boot*Force Boot from CD/DVD*");
    ipmitool(f, "power cycle", 0, "Chassis Power Control: Cycle\n");
    test_vm_wait_serial(f->vm, "BOOTED C");
    ipmitool(f, "chassis bootdev none", 0, "Set Boot Device to none\n");
    ipmitool(f, "chassis bootdev disk", 0, "Set Boot Device to disk\n");
    ipmitool(f, "chassis bootdev floppy", 0, "*failed: Invalid data field*");
    ipmitool(f, "power reset", 0, "*Reset*");
    test_vm_wait_serial(f->vm, "BOOTED A");
}

/* What measures has a record once it has measured. */
static void wait_sensors(TestLab *f)
{
    unsigned waited;

    for (waited = 0; waited < TEST_VM_WAIT_MS; waited += SENSOR_WAIT_MS) {
        g_autofree char *out = NULL;

        if (test_bmc_ipmitool(f->bmc, "sdr elist", &out) == 0 &&
            strstr(out, "Disk Write")) {
            return;
        }
        g_usleep(SENSOR_WAIT_MS * 1000);
    }
    g_error("no sensor of the disks");
}

static void test_ipmitool_sensors(TestLab *f, const void *data)
{
    g_autofree char *path = test_dir_file(f->dir, "fru.bin");
    g_autofree char *fru_read = g_strdup_printf("fru read 0 %s", path);
    g_autofree char *fru_write = g_strdup_printf("fru write 0 %s", path);

    wait_sensors(f);
    ipmitool(f, "mc info", 0, "*Sensor Device*SDR Repository*FRU Inv*");
    ipmitool(f, "sdr info", 0, "*SDR Version*0x51*");
    ipmitool(f, "sdr elist all", 0,
             "*ACPI Power*S0/G0: working*CPU Load*percent*Dynamic MC*");
    ipmitool(f, "sdr type 0x0b", 0, "*CPU Load*Memory Used*Disk Read*");
    ipmitool(f, "sensor list", 0, "*CPU Load*percent*Disk Write*megabyte*");
    ipmitool(f, "sensor thresh 'Memory Used' ucr 80", 0, "*80*");
    ipmitool(f, "sensor thresh 'Memory Used' upper 60 80 100", 0, "*100*");
    ipmitool(f, "sensor get 'Memory Used'", 0,
             "*Upper Non-Critical*60*Upper Critical*80*");
    ipmitool(f, "fru print", 0, "*Product Manufacturer*QEMU*");
    ipmitool(f, fru_read, 0, "*2048 bytes*");
    ipmitool(f, "fru edit 0 field p 0 XEMU", 0, "*");
    ipmitool(f, "fru print", 0, "*Product Manufacturer*XEMU*");
    ipmitool(f, fru_write, 0, "*2048 bytes*");
    ipmitool(f, "fru print", 0, "*Product Manufacturer*QEMU*");
}

static void test_wrong_credentials(TestLab *f, const void *data)
{
    static const char *const bad[] = {
        "-U admin -P wrong", "-U nobody -P password", "-U '' -P ''",
        "-U admin -P passwordx", "-U admin -P ''",
        "-U admin -P password -C 0", "-U admin -P password -C 1",
        "-U admin -P password -C 2",
    };
    unsigned i;

    for (i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_autofree char *line = g_strdup_printf(
            "ipmitool -I lanplus -N 1 -R 1 -H 127.0.0.1 -p %s %s power off",
            f->bmc->ipmi_port, bad[i]);

        g_assert_cmpint(test_run(NULL, line), !=, 0);
    }
    /* ipmitool just stays silent when it sees that the password is wrong. */
    test_bmc_wait_log(f->bmc, "login failed for user 'admin' at 127.0.0.1");
    test_bmc_wait_log(f->bmc, "login failed for user 'nobody' at 127.0.0.1");
    g_assert_false(test_bmc_logged(f->bmc, "wrong"));
    ipmitool(f, "power status", 0, "*is on*");
}

static void freeipmi_ends(TestLab *f, const char *program, const char *args,
                          int code, const char *pattern)
{
    g_autofree char *line = g_strdup_printf(
        "%s -D LAN_2_0 -h 127.0.0.1:%s -u admin -p password %s", program,
        f->bmc->ipmi_port, args);
    g_autofree char *out = NULL;

    g_assert_cmpint(test_run(&out, line), ==, code);
    if (!g_pattern_match_simple(pattern, out)) {
        g_error("%s: '%s' does not match '%s'", line, out, pattern);
    }
}

static void freeipmi(TestLab *f, const char *program, const char *args,
                     const char *pattern)
{
    freeipmi_ends(f, program, args, 0, pattern);
}

static void test_freeipmi(TestLab *f, const void *data)
{
    freeipmi(f, "ipmi-chassis", "-l ADMIN --get-status",
             "*System Power*: on*");
    freeipmi(f, "ipmi-chassis", "-I 17 -l OPERATOR --get-status",
             "*System Power*: on*");
    freeipmi(f, "ipmi-chassis", "-I 3 -l OPERATOR --get-capabilities", "*");
    freeipmi(f, "bmc-info", "-l USER --get-device-id", "*2.0*");
    freeipmi(f, "ipmipower", "--stat", "*: on\n");
    freeipmi(f, "ipmipower", "--off", "*: ok\n");
    freeipmi(f, "ipmipower", "--stat", "*: off\n");
    freeipmi(f, "ipmipower", "--cycle --on-if-off", "*: ok\n");
    test_vm_wait_serial(f->vm, "BOOTED A");
    freeipmi(f, "ipmipower", "--reset", "*: ok\n");
    test_vm_wait_serial(f->vm, "BOOTED A");
    freeipmi(f, "ipmi-chassis", "-l ADMIN --chassis-control=POWER-CYCLE",
             "*");
    test_vm_wait_serial(f->vm, "BOOTED A");
    /* As MAAS calls it, with its workaround flag. */
    freeipmi(f, "ipmipower", "-W opensesspriv -I 17 -l OPERATOR --stat",
             "*: on\n");
    test_vm_send(f->vm, 'q');
    test_vm_wait_serial(f->vm, "q");
    freeipmi(f, "ipmipower", "-W opensesspriv -I 3 -l OPERATOR --soft",
             "*: ok\n");
    test_vm_wait_serial(f->vm, "b");
}

/* What is checked out changes nothing when it is committed. */
static void test_freeipmi_sensors(TestLab *f, const void *data)
{
    g_autofree char *first = test_dir_file(f->dir, "sensors-1");
    g_autofree char *second = test_dir_file(f->dir, "sensors-2");
    g_autofree char *cache = g_strdup_printf("--sdr-cache-directory %s",
                                             f->dir->path);
    g_autofree char *thresholds = g_strdup_printf(
        "%s --output-sensor-thresholds", cache);
    g_autofree char *others = g_strdup_printf(
        "%s -t other_units_based_sensor", cache);
    g_autofree char *fru = g_strdup_printf("%s -l USER", cache);
    g_autofree char *list = g_strdup_printf(
        "%s --category=sensors -l ADMIN --listsections", cache);
    g_autofree char *commit = g_strdup_printf("%s -l ADMIN --commit -n %s",
                                              cache, first);
    g_autofree char *before = g_strdup_printf("%s -l ADMIN --checkout -n %s",
                                              cache, first);
    g_autofree char *after = g_strdup_printf("%s -l ADMIN --checkout -n %s",
                                             cache, second);
    g_autofree char *diff = g_strdup_printf("diff %s %s", first, second);

    wait_sensors(f);
    freeipmi(f, "ipmi-sensors", thresholds,
             "*ACPI Power*'S0/G0'*CPU Load*%*");
    freeipmi(f, "ipmi-sensors", others,
             "*CPU Load*%*Disk Read*");
    freeipmi(f, "ipmi-fru", fru, "*FRU Product Manufacturer*QEMU*");
    freeipmi(f, "ipmi-config", list, "*32_CPU_Load*");
    /* 1, because no threshold is set: those can be read when they are. */
    freeipmi_ends(f, "ipmi-sensors-config", before, 1, "");
    freeipmi(f, "ipmi-sensors-config", commit, "");
    freeipmi_ends(f, "ipmi-sensors-config", after, 1, "");
    g_assert_cmpint(test_run(NULL, diff), ==, 0);
}

static void test_freeipmi_boot(TestLab *f, const void *data)
{
    freeipmi(f, "ipmi-config",
             "--category=chassis -l OPERATOR --commit "
             "-e Chassis_Boot_Flags:Boot_Flags_Persistent=No "
             "-e Chassis_Boot_Flags:BIOS_Boot_Type=PC-COMPATIBLE "
             "-e Chassis_Boot_Flags:Boot_Device=PXE", "*");
    freeipmi(f, "ipmipower", "--reset", "*: ok\n");
    test_vm_wait_serial(f->vm, "BOOTED N");
}

/* MAAS: what it calls, with its options and in its order. */
#define MAAS \
    "%s -W opensesspriv --driver-type=LAN_2_0 -h 127.0.0.1:%s -u admin " \
    "-p password -l OPERATOR %s"

static int maas(TestLab *f, const char *program, const char *args,
                const char *pattern)
{
    g_autofree char *line = g_strdup_printf(MAAS, program, f->bmc->ipmi_port,
                                            args);
    g_autofree char *out = NULL;
    int code = test_run(&out, line);

    if (!g_pattern_match_simple(pattern, out)) {
        g_error("%s: '%s' does not match '%s'", line, out, pattern);
    }
    return code;
}

static const char maas_config[] =
    "Section Chassis_Boot_Flags\n"
    "  Boot_Flags_Persistent No\n"
    "  BIOS_Boot_Type PC-COMPATIBLE\n"
    "  Boot_Device PXE\n"
    "EndSection\n";

static void test_maas(TestLab *f, const void *data)
{
    static const char *const suites[] = { "3", "17" };
    g_autofree char *config = test_dir_file(f->dir, "maas.conf");
    unsigned i;

    g_assert_true(g_file_set_contents(config, maas_config, -1, NULL));
    for (i = 0; i < G_N_ELEMENTS(suites); i++) {
        g_autofree char *commit = g_strdup_printf(
            "-I %s --commit --filename %s", suites[i], config);
        g_autofree char *cycle = g_strdup_printf(
            "-I %s --cycle --on-if-off", suites[i]);
        g_autofree char *off = g_strdup_printf("-I %s --off", suites[i]);
        g_autofree char *stat = g_strdup_printf("-I %s --stat", suites[i]);

        g_assert_cmpint(maas(f, "ipmi-chassis-config", commit, ""), ==, 0);
        maas(f, "ipmipower", cycle, "127.0.0.1: ok\n");
        test_vm_wait_serial(f->vm, "BOOTED N");
        maas(f, "ipmipower", stat, "127.0.0.1: on\n");
        maas(f, "ipmipower", off, "127.0.0.1: ok\n");
        maas(f, "ipmipower", stat, "127.0.0.1: off\n");
        /*
         * MAAS means "on" by this, whatever the state. What it boots from is
         * not looked at: it was off before the override counted as used up.
         */
        maas(f, "ipmipower", cycle, "127.0.0.1: ok\n");
        test_vm_wait_serial(f->vm, "BOOTED ");
    }
    /* A suite that is not there is refused, and not by silence. */
    maas(f, "ipmipower", "-I 8 --stat",
         "127.0.0.1: cipher suite id unavailable\n");
    maas(f, "ipmipower", "-I 12 --stat",
         "127.0.0.1: cipher suite id unavailable\n");
    /* On this text MAAS tries again without the key. */
    maas(f, "ipmipower", "-k 0x000102030405060708090a0b0c0d0e0f10111213 "
         "-I 3 --stat", "127.0.0.1: k_g invalid\n");
    g_assert_cmpint(maas(f, "ipmi-chassis-config",
                         "-k 0x000102030405060708090a0b0c0d0e0f10111213 "
                         "-I 3 --checkout", "*k_g invalid*"), !=, 0);
}

/* ipmiping knows port 623 only, so it gets a network of its own. */
static void test_ping(TestLab *f, const void *data)
{
    g_autofree char *script = g_strdup_printf(
        "ip link set lo up; %s/helper/qemu-bmc --qmp /nonexistent/q "
        "--redfish-port 0 --state-dir %s/ns-state --run-dir %s/ns & bmc=$!; "
        "i=0; while [ ! -e %s/ns/endpoints.json ] && [ $i -lt 200 ]; do "
        "sleep 0.1; i=$((i + 1)); done; "
        "ipmiping -c 2 -t 5 127.0.0.1 && rmcpping -c 2 -t 5 127.0.0.1; "
        "status=$?; kill $bmc; wait $bmc; exit $status",
        g_getenv("TEST_BUILD"), f->dir->path, f->dir->path, f->dir->path);
    g_autofree char *quoted = g_shell_quote(script);
    g_autofree char *line = g_strdup_printf(
        "unshare %s sh -c %s", geteuid() == 0 ? "-n" : "-rn", quoted);
    g_autofree char *out = NULL;

    g_assert_cmpint(test_run(&out, line), ==, 0);
    g_assert_nonnull(strstr(out, "response received from 127.0.0.1"));
    g_assert_nonnull(strstr(out, "pong received from 127.0.0.1"));
}

#define ADD(name, func) \
    g_test_add("/clients/" name, TestLab, NULL, setup, func, teardown)

int main(int argc, char **argv)
{
    test_init(&argc, &argv);
    ADD("ipmitool", test_ipmitool);
    ADD("ipmitool/boot", test_ipmitool_boot);
    ADD("ipmitool/sensors", test_ipmitool_sensors);
    ADD("wrong-credentials", test_wrong_credentials);
    ADD("freeipmi", test_freeipmi);
    ADD("freeipmi/boot", test_freeipmi_boot);
    ADD("freeipmi/sensors", test_freeipmi_sensors);
    ADD("maas", test_maas);
    ADD("ping", test_ping);
    return g_test_run();
}
