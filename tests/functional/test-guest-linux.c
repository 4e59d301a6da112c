/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * In-band IPMI as Linux, ipmitool and FreeIPMI in the guest have it. Booting
 * takes seconds, so each boot serves many checks.
 */
#include "osdep.h"

#include "test-guest.h"

static void check_driver(TestVm *vm, const char *kind)
{
    g_autofree char *found = g_strdup_printf("*IPMI %s interface initialized*",
                                             kind);

    test_guest_load_ipmi(vm);
    test_guest_check(vm, "dmesg | grep -i ipmi", found);
    test_guest_check(vm, "dmesg | grep 'Using irq'", "*Using irq 5*");
}

static void check_ipmitool(TestVm *vm)
{
    test_guest_check(vm, "ipmitool mc info", "*IPMI Version*: 2.0*");
    test_guest_check(vm, "ipmitool mc guid", "*7c0e3a52-9d5b-4f61-8a34-56789abcdef0*");
    test_guest_check(vm, "ipmitool chassis status", "*System Power *: on*");
    test_guest_check(vm, "ipmitool raw 6 0xee || echo failed",
                     "*rsp=0xc1*Invalid command*failed*");
}

/* What MAAS looks at first (C-15, C-16). */
static void check_locate(TestVm *vm, const char *kind)
{
    g_autofree char *found = g_strdup_printf(
        "*IPMI Version: 2.0\n*IPMI interface: %s\n*", kind);

    test_guest_check(vm, "ipmi-locate", found);
    test_guest_check(vm, "ipmitool raw 6 1", "*20 *");
    test_guest_check(vm, "bmc-info --get-device-id", "*IPMI Version*: 2.0*");
}

/*
 * What the guest says has happened is in the event log, and its driver
 * fetches each event from the message buffer once.
 */
static void check_events(TestLab *lab)
{
    g_autofree char *out = NULL;

    test_guest_check(lab->vm, "ipmitool sel clear", "*Clearing SEL*");
    test_guest_check(lab->vm, "ipmitool event 1 2>/dev/null",
                     "*Temperature*");
    test_guest_check(lab->vm, "ipmitool sel list",
                     "*Log area reset/cleared*Temperature #0x30*");
    g_assert_cmpint(test_bmc_ipmitool(lab->bmc, "event 2", NULL), ==, 0);
    g_assert_cmpint(test_bmc_ipmitool(lab->bmc, "sel get 2", &out), ==, 0);
    g_assert_nonnull(strstr(out, "Generator ID          : 0041"));
    test_guest_check(lab->vm, "cat $(find /sys/devices -name events | "
                     "grep -i ipi)", "*3*");
    test_guest_check(lab->vm, "ipmitool raw 6 0x31", "* 00*");
}

/* All that ipmitool shows of a server. */
static void check_tables(TestVm *vm)
{
    test_guest_check(vm, "ipmitool channel info 1",
                     "*802.3 LAN*IPMB-1.0*multi-session*always available*");
    test_guest_check(vm, "ipmitool lan print 1",
                     "*IP Address *: 127.0.0.1*MAC Address *:*:*");
    test_guest_check(vm, "ipmitool user list 1", "*2 *admin *ADMINISTRATOR*");
    test_guest_check(vm, "ipmitool sel list", "*System Boot*");
    test_guest_check(vm, "ipmitool sdr list", "*Power Unit*");
    test_guest_check(vm, "ipmitool sensor", "*Power Unit*discrete*");
    test_guest_check(vm, "ipmitool fru print 0", "*7c0e3a52-9d5b-4f61*");
    test_guest_check(vm, "ipmi-sel", "*System Boot*");
    test_guest_check(vm, "ipmi-sensors", "*Power Unit*");
    test_guest_check(vm, "ipmi-fru", "*7c0e3a52-9d5b-4f61*");
}

/* MAAS's script, key by key (C-17, C-18). */
static const char *const maas_keys[] = {
    "User3:Username=maas", "User3:Password=geheim12",
    "User3:Enable_User=Yes", "User3:Lan_Privilege_Limit=Administrator",
    "User3:Lan_Enable_IPMI_Msgs=Yes", "User3:Lan_Enable_Link_Auth=Yes",
    "User3:SOL_Payload_Access=Yes",
    "Lan_Channel:Volatile_Access_Mode=Always_Available",
    "Lan_Channel:Non_Volatile_Access_Mode=Always_Available",
    "Lan_Channel:Volatile_Enable_User_Level_Auth=Yes",
    "Lan_Channel:Non_Volatile_Enable_User_Level_Auth=Yes",
    "Lan_Channel:Volatile_Enable_Per_Message_Auth=Yes",
    "Lan_Channel:Non_Volatile_Enable_Per_Message_Auth=Yes",
    "Lan_Channel:Volatile_Enable_Pef_Alerting=Yes",
    "Lan_Channel:Non_Volatile_Enable_Pef_Alerting=Yes",
    "Lan_Conf:IP_Address_Source=Static",
    "Lan_Conf:IP_Address_Source=Use_DHCP",
};

/* The account that was made in the guest, on every way in. */
static void check_account(const TestBmc *bmc)
{
    g_autofree char *ipmi = g_strdup_printf(
        "ipmitool -I lanplus -H 127.0.0.1 -p %s -U maas -P geheim12 "
        "power status", bmc->ipmi_port);
    g_autofree char *redfish = g_strdup_printf(
        "curl -sSk -m 30 -u maas:geheim12 %s/redfish/v1/Systems/1",
        bmc->redfish);
    g_autofree char *out = NULL;

    g_assert_cmpint(test_run(&out, ipmi), ==, 0);
    g_assert_cmpstr(out, ==, "Chassis Power is on\n");
    g_free(out);
    g_assert_cmpint(test_run(&out, redfish), ==, 0);
    g_assert_nonnull(strstr(out, "PowerState"));
}

static void check_maas(TestLab *lab)
{
    unsigned i;

    /* It exits with 1 because the BMC has no serial channel, for one. */
    test_guest_check(lab->vm, "bmc-config --checkout --verbose || true",
                     "*Section User1\n*Section User16\n*Section Lan_Channel\n*"
                     "Section Lan_Conf\n*Section Rmcpplus_Conf_Privilege\n*"
                     "Section SOL_Conf\n*");
    for (i = 0; i < G_N_ELEMENTS(maas_keys); i++) {
        g_autofree char *line = g_strdup_printf(
            "bmc-config --commit --key-pair=%s", maas_keys[i]);

        test_guest_check(lab->vm, line, "");
    }
    check_account(lab->bmc);
}

/* What was checked out and is committed changes nothing. */
static void check_commit(TestVm *vm)
{
    test_guest_check(vm, "bmc-config --checkout > /tmp/a; "
                     "bmc-config --commit --filename /tmp/a && "
                     "{ bmc-config --checkout > /tmp/b; diff /tmp/a /tmp/b; }",
                     "");
}

/* The guest's driver goes on with a helper that was started anew. */
static void check_restart(TestLab *lab)
{
    test_bmc_stop(lab->bmc);
    test_bmc_free(lab->bmc);
    test_guest_start_bmc(lab, NULL);
    test_guest_check(lab->vm, "ipmitool mc info", "*IPMI Version*: 2.0*");
}

static void check_reset(TestVm *vm, const char *action)
{
    g_autofree char *line = g_strdup_printf("ipmitool chassis power %s",
                                            action);

    test_guest_send(vm, line);
    test_guest_wait_boot(vm);
    test_guest_load_ipmi(vm);
}

static void check_nmi(TestVm *vm)
{
    test_guest_check(vm, "ipmitool chassis power diag; sleep 0.3; dmesg | grep NMI",
                     "*NMI received*");
}

/*
 * Linux is well, but who should restart the watchdog does not: nothing but
 * the timer ends that.
 */
static void check_unattended(TestLab *lab)
{
    g_autofree char *out = NULL;

    g_assert_cmpint(test_bmc_ipmitool(lab->bmc, "sel clear", NULL), ==, 0);
    test_guest_check(lab->vm, "insmod /mod/ipmi_watchdog.ko timeout=3 "
                     "action=reset && wait_for /dev/watchdog", "");
    test_guest_send(lab->vm, "exec 9> /dev/watchdog; sleep 1; echo >&9; "
                    "bmc-watchdog --get");
    test_vm_wait_serial(lab->vm, "Running");
    test_guest_wait_boot(lab->vm);
    test_guest_load_ipmi(lab->vm);
    test_guest_check(lab->vm, "ipmitool mc watchdog get",
                     "*Stopped*Expiration Flags*0x10*");
    g_assert_cmpint(test_bmc_ipmitool(lab->bmc, "sel elist", &out), ==, 0);
    g_assert_nonnull(strstr(out, "Hard reset"));
    g_assert_null(strstr(out, "OS Stop"));
    g_free(out);
    g_assert_cmpint(test_bmc_ipmitool(lab->bmc, "chassis restart_cause",
                                      &out), ==, 0);
    g_assert_nonnull(strstr(out, "watchdog expired"));
}

/* Linux dies with the watchdog armed, and the BMC resets it. */
static void check_watchdog(TestVm *vm)
{
    test_guest_check(vm, "bmc-watchdog --get", "*Stopped*");
    test_guest_check(vm, "insmod /mod/ipmi_watchdog.ko timeout=30 "
                     "action=reset panic_wdt_timeout=2 && "
                     "wait_for /dev/watchdog", "");
    test_guest_send(vm, "echo 1 > /dev/watchdog; bmc-watchdog --get; "
                    "echo c > /proc/sysrq-trigger");
    test_vm_wait_serial(vm, "Running");
    test_guest_wait_boot(vm);
    test_guest_load_ipmi(vm);
    test_guest_check(vm, "bmc-watchdog --get", "*Stopped*");
    test_guest_check(vm, "ipmitool sel list", "*Watchdog*Hard reset*");
}

/* Linux hears of the power button and switches itself off. */
static void check_soft(TestLab *lab)
{
    test_guest_check(lab->vm, "load evdev button && acpid -l /dev/null", "*");
    test_guest_send(lab->vm, "ipmitool chassis power soft; sleep 60");
    test_vm_wait_serial(lab->vm, "Power down");
    test_bmc_wait_power(lab->bmc, "Off");
}

static void check_off(TestLab *lab)
{
    test_guest_send(lab->vm, "ipmitool chassis power off; sleep 60");
    test_bmc_wait_power(lab->bmc, "Off");
}

static void test_kcs(void)
{
    TestLab lab = { 0 };

    test_guest_start_linux(&lab, "isa-ipmi-kcs", NULL);
    check_driver(lab.vm, "kcs");
    check_ipmitool(lab.vm);
    check_locate(lab.vm, "KCS");
    check_tables(lab.vm);
    check_maas(&lab);
    check_events(&lab);
    check_restart(&lab);
    check_account(lab.bmc);
    check_unattended(&lab);
    check_reset(lab.vm, "cycle");
    check_soft(&lab);
    test_lab_end(&lab);
}

static void test_bt(void)
{
    TestLab lab = { 0 };

    test_guest_start_linux(&lab, "isa-ipmi-bt", NULL);
    check_driver(lab.vm, "bt");
    check_ipmitool(lab.vm);
    check_locate(lab.vm, "BT");
    check_commit(lab.vm);
    check_restart(&lab);
    check_nmi(lab.vm);
    check_watchdog(lab.vm);
    check_off(&lab);
    test_lab_end(&lab);
}

int main(int argc, char **argv)
{
    test_init(&argc, &argv);
    g_test_add_func("/guest-linux/kcs", test_kcs);
    g_test_add_func("/guest-linux/bt", test_bt);
    return g_test_run();
}
