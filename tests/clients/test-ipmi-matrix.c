/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the subcommands of ipmitool and the tools of FreeIPMI say, as a table:
 * one row per command line, all on one VM. A row that fails does not keep
 * the others from being tried.
 */
#include "osdep.h"

#include "test-vm.h"

#define GUEST \
    "-M q35 -uuid 7c0e3a52-9d5b-4f61-8a34-56789abcdef0 -name matrix " \
    "-drive if=none,id=a,format=raw,file=@disk-a.img@,snapshot=on " \
    "-device ide-hd,drive=a,bootindex=10"

/*
 * Row: a command line and what comes of it.
 *
 * @args: arguments, as a shell would split them; "@DIR@" is the test's
 *        directory
 * @code: exit status
 * @pattern: of stdout and stderr together, as g_pattern_match_simple() has it
 */
typedef struct Row {
    const char *args;
    int code;
    const char *pattern;
} Row;

static const Row ipmitool_rows[] = {
    /* chassis, power */
    { "chassis status", 0, "*System Power *: on*Power Restore Policy*" },
    { "chassis power status", 0, "Chassis Power is on\n" },
    { "chassis identify 1", 0, "*Chassis identify interval: 1 seconds*" },
    { "chassis identify 0", 0, "*off*" },
    { "chassis restart_cause", 0, "System restart cause: *" },
    { "chassis policy list", 0, "*always-off always-on previous*" },
    { "chassis policy always-on", 0, "*to always-on\n" },
    { "chassis status", 0, "*Power Restore Policy : always-on*" },
    { "chassis poh", 0, "POH Counter*" },
    { "chassis selftest", 0, "Self Test Results    : passed\n" },
    { "chassis bootdev disk", 0, "Set Boot Device to disk\n" },
    { "chassis bootdev none", 0, "Set Boot Device to none\n" },
    { "chassis bootparam get 5", 0, "*Boot parameter version: 1*" },
    { "chassis bootparam get 0", 0, "*set complete*" },
    { "chassis bootparam get 3", 0, "*No flag set*" },
    { "chassis bootparam get 4", 0, "*handled boot info*" },
    { "chassis bootparam get 6", 0, "*Channel Number*" },
    { "chassis bootmbox get", 0, "*Block   4 Data*" },
    { "chassis bootdev pxe", 0, "Set Chassis Boot Parameter 5 failed: Invalid "
      "data field in request\n" }, /* the VM has no network adapter */
    { "power on", 0, "Chassis Power Control: Up/On\n" },
    { "power status", 0, "Chassis Power is on\n" },
    /* mc */
    { "mc info", 0, "*IPMI Version *: 2.0*" },
    { "mc guid", 0, "*7c0e3a52-9d5b-4f61-8a34-56789abcdef0*: IPMI*" },
    { "mc guid ipmi", 0, "*7c0e3a52-9d5b-4f61-8a34-56789abcdef0*" },
    { "mc selftest", 0, "Selftest: passed\n" },
    { "mc getenables", 0, "*System Event Logging*" },
    { "mc setsysinfo system_name host1", 0, "" },
    { "mc getsysinfo system_name", 0, "host1\n" },
    { "mc watchdog reset", 1, "*uninitialized watchdog\n" },
    { "mc watchdog get", 0, "Watchdog Timer Use:*Stopped*" },
    { "mc watchdog off", 0, "Watchdog Timer Shutoff successful*" },
    { "mc watchdog set use=sms timeout=300 action=none", 0, "*successful*" },
    { "mc watchdog get", 0, "*SMS/OS*Stopped*No action*300.0 sec*" },
    { "mc watchdog reset", 0, "*countdown restarted!\n" },
    { "mc watchdog get", 0, "*Started/Running*" },
    { "mc watchdog off", 0, "*timer stopped\n" },
    { "mc setsysinfo primary_os_name A-name-that-needs-three-blocks-of-them",
      0, "" },
    { "mc getsysinfo primary_os_name", 0, "A-name-that-needs-three-blocks-of-"
      "them\n" },
    { "mc getsysinfo delloem_os_version", 0, "*not supported*" },
    { "mc guid rfc4122", 0, "*7c0e3a52-9d5b-4f61-8a34-56789abcdef0*" },
    /* lan, lan6 */
    { "lan print 1", 0, "*IP Address *: 127.0.0.1*MAC Address *: *" },
    { "lan print", 0, "*IP Address*" },
    { "lan print 3", 1, "*" },
    { "lan alert print 1", 0, "*" },
    { "lan stats get 1", 1, "*" },
    { "lan6 print 1", 0, "*IPv6 Static Router 1:*MAC:*Prefix:*" },
    { "lan set 1 access on", 0, "*successful*" },
    { "lan set 1 snmp private", 0, "*private*" },
    { "lan set 1 arp interval 5", 1, "*" },
    { "lan set 1 ipsrc static", 0, "" },
    { "lan set 1 defgw ipaddr 127.0.0.9", 0, "*to 127.0.0.9\n" },
    { "lan set 1 bad_pass_thresh 5 0 60 120", 0, "" },
    { "lan print 1", 0, "*Static Address*Default Gateway IP *: 127.0.0.9*"
      "RMCP+ Cipher Suites *: 3,17*Bad Password Threshold *: 5*" },
    { "lan alert set 1 1 ipaddr 127.0.0.1", 0, "*to 127.0.0.1\n" },
    { "lan alert set 1 1 retry 3", 0, "*to 3\n" },
    { "lan alert print 1 1", 0, "*Retries *: 3*IP Address *: 127.0.0.1*" },
    { "lan6 set 1 static_addr 0 enable fd00::1 64", 0, "*" },
    { "lan6 print 1", 0, "*Enabled: *yes*fd00::1/64*" },
    { "lan6 set 1 enables ipv6", 1, "*read-only*" },
    /* user */
    { "user list 1", 0, "*2   admin *ADMINISTRATOR*" },
    { "user summary 1", 0, "Maximum IDs*16*Enabled User Count*" },
    { "user set name 5 matrix", 0, "*" },
    { "user set password 5 secret123", 0, "Set User Password command "
      "successful (user 5)\n" },
    { "user priv 5 3 1", 0, "*success*" },
    { "user enable 5", 0, "*" },
    { "user test 5 16 secret123", 0, "Success\n" },
    { "user test 5 16 wrong", 1, "*" },
    { "user set password 5 0123456789abcdefghij 20", 0, "*successful*" },
    { "user test 5 20 0123456789abcdefghij", 0, "Success\n" },
    { "user test 5 16 0123456789abcdef", 1, "*wrong password size*" },
    { "user set name 2 root", 0, "" }, /* the session's own account */
    { "-U root user set name 2 admin", 0, "" },
    { "user set password 2 password", 0, "*successful*" },
    { "user list 1", 0, "*5   matrix *OPERATOR*" },
    { "user disable 5", 0, "*" },
    { "user set name 5 \"\"", 0, "*" },
    /* channel */
    { "channel info 1", 0, "*802.3 LAN*multi-session*" },
    { "channel info 0xf", 0, "*System Interface*KCS*session-less*" },
    { "channel info 0xe", 0, "Channel 0x1 info:*" },
    { "channel info 2", 1, "*Invalid data field*" },
    { "channel authcap 1 4", 0, "*IPMI v2.0*" },
    { "channel getaccess 1 2", 0, "*User Name *: admin*ADMINISTRATOR*" },
    { "channel setaccess 1 3 callin=on ipmi=on link=off privilege=2", 0, "*" },
    { "channel getciphers ipmi", 0, "*17*" },
    { "channel getciphers sol", 0, "*17*" },
    /* session */
    { "session info active", 0, "*user id *: 2*privilege level*" },
    { "session info all", 0, "*ADMINISTRATOR*" },
    { "session info handle 1", 0, "*console ip *: 127.0.0.1*" },
    { "session info id 0x99", 1, "*record not found*" },
    /* sel */
    { "sel info", 0, "*Version *: 1.5*" },
    { "sel list", 0, "*" },
    { "sel elist", 0, "*" },
    { "sel time get", 0, "*/*/*:*" },
    { "sel time set now", 0, "*" },
    { "sel get 1", 0, "*SEL Record ID*" },
    { "sel save @DIR@/sel", 0, "*#0x08*" },
    { "sel add @DIR@/sel", 0, "*#0x08*" },
    { "event file @DIR@/sel", 0, "*#0x08*" },
    { "sel writeraw @DIR@/raw", 0, "*#0x08*" },
    { "sel readraw @DIR@/raw", 0, "*#0x08*" },
    { "sel list first 1", 0, "*   1 |*" },
    { "sel delete 1", 0, "Deleted entry 1\n" },
    { "sel get 1", 1, "*record not found*" },
    { "sel clear", 0, "Clearing SEL*" },
    /* sdr, sensor */
    { "sdr info", 0, "*SDR Version *: 0x51*" },
    { "sdr list", 0, "*Power Unit*ACPI Power*Memory Used*percent*" },
    { "sdr elist all", 0, "*Boot Override*Event-Only*qemu-bmc*20h*" },
    { "sdr entity 6", 0, "*Watchdog*" },
    { "sdr get 'Memory Used'", 0, "*(Memory Device)*percent*" },
    { "sdr dump @DIR@/sdr", 0, "*Dumping*" },
    { "-S @DIR@/sdr sdr list", 0, "*Power Unit*" },
    { "sdr fill sensors", 1, "*Invalid command*" },
    { "sdr elist full", 0, "*" },
    { "sdr type list", 0, "*" },
    { "sensor", 0, "*" },
    { "sensor list", 0, "*" },
    { "sensor get 'Memory Used'", 0, "*percent*Upper Critical *: na*" },
    { "sensor reading 'Memory Used'", 0, "Memory Used *| *" },
    { "sensor thresh 'Memory Used' upper 97 98 99", 0, "*to 99.000\n" },
    { "sensor thresh 'Memory Used' lower 1 2 3", 1, "*Invalid data field*" },
    { "sensor get 'Memory Used'", 0, "*Upper Critical *: 98.000*" },
    { "sdr type 0x23", 0, "Watchdog *| 04h*" },
    { "sdr get 'ACPI Power'", 0, "*States Asserted*S0/G0: working*" },
    { "sdr get nothing", 0, "*Unable to find sensor id*" },
    /* fru */
    { "fru print 0", 0, "*Product Name*matrix*" },
    { "fru print", 0, "FRU Device Description : *" },
    { "fru print 1", 1, "*not present*" },
    { "fru read 0 @DIR@/fru", 0, "Fru Size         : 2048 bytes\nDone\n" },
    { "fru write 0 @DIR@/fru", 0, "*Size to Write    : 2048 bytes\n" },
    { "fru edit 0 field p 0 ACME", 0, "*with 'ACME' ...\n" },
    { "fru print 0", 0, "*Product Manufacturer *: ACME\n*Name*matrix*" },
    /* event, pef */
    { "event 1", 0, "Sending SAMPLE event: Temperature - Upper Critical*" },
    { "event 2", 0, "Sending SAMPLE event: Voltage*" },
    { "event 3", 0, "Sending SAMPLE event: Memory*" },
    { "sel list", 0, "*Temperature*Upper Critical*" },
    { "event 'Memory Used' ucr assert", 0, "*Upper Critical*" },
    { "event 'ACPI Power' 'S4/S5: soft-off'", 0, "*soft-off*" },
    { "sel elist last 2", 0, "*Upper Critical*soft-off*" },
    { "pef info", 0, "*Alert,Power-off,Reset,Power-cycle,Diagnostic*" },
    { "pef status", 0, "*0x*" },
    { "pef filter list", 0, "* 20 | disabled, configurable\n" },
    { "pef filter enable 1", 0, "*1 is enabled*" },
    { "pef filter disable 1", 0, "*1 is disabled*" },
    { "pef policy list", 0, "*Match-always*802.3 LAN*PET*" },
    { "pef policy enable 1", 0, "*1 is enabled*" },
    { "pef policy disable 1", 0, "*1 is disabled*" },
    /* sol */
    { "sol info 1", 0, "*Set in progress*Enabled*" },
    { "sol payload status 1 2", 0, "*is enabled*" },
    { "sol set character-send-threshold 100 1", 0, "*" },
    { "sol info 1", 0, "*Send Threshold *: 100\n*" },
    { "sol deactivate", 1, "*already de-activated*" },
    { "dcmi discover", 0, "*In-band KCS*1000 SEL entries*" },
    /* dcmi */
    { "dcmi asset_tag", 0, "*" },
    { "dcmi set_asset_tag rack7", 0, "*" },
    { "dcmi asset_tag", 0, "*rack7*" },
    { "dcmi get_mc_id_string", 0, "*" },
    { "dcmi set_mc_id_string host-7", 0, "*" },
    { "dcmi get_mc_id_string", 0, "*: host-7\n*" },
    { "dcmi thermalpolicy get 1 1", 1, "*Invalid command*" },
    { "dcmi sensors", 1, "*Invalid command*" },
    { "dcmi power reading", 1, "*" },
    /* raw, exec, shell */
    { "raw 6 1", 0, " 20 *" },
    { "raw 6 0xee", 1, "*rsp=0xc1*Invalid command*" },
    { "raw 0 2", 1, "*rsp=0xc7*" },
    /* What a BMC of a VM does not have says so at once. */
    { "i2c 0x20 1", 1, "*Invalid command*" },
    { "isol info", 1, "*not supported*" },
    { "tsol", 1, "*" },
    { "firewall info", 0, "*Invalid command*" },
    { "hpm check", 1, "*Invalid command*" },
    { "picmg properties", 1, "*" },
    { "vita properties", 1, "*Invalid command*" },
    { "nm discover", 1, "*(c1)*" },
    /* Suites, privileges */
    { "-C 3 mc info", 0, "*IPMI Version*" },
    { "-C 17 mc info", 0, "*IPMI Version*" },
    { "-L OPERATOR power status", 0, "*is on*" },
    { "-L USER power status", 0, "*is on*" },
    { "-L USER power off", 1, "*" },
    { "-L USER user list 1", 1, "*" },
    { NULL }
};

static const Row freeipmi_rows[] = {
    /* It exits with 1 because the BMC has no serial channel, for one. */
    { "ipmi-config --category=core --checkout", 1, "*Section User1\n*Section "
      "User16\n*Section Lan_Conf\n*Section SOL_Conf\n*" },
    { "bmc-device --get-self-test-results", 0, "*: No Error*" },
    { "bmc-info", 0, "*IPMI Version *: 2.0*7c0e3a52-9d5b-4f61*" },
    { "bmc-device --get-sel-time", 0, "*" },
    { "bmc-device --get-acpi-power-state", 0, "*" },
    { "ipmi-chassis --get-status", 0, "*System Power *: on*" },
    { "ipmi-chassis -I 8 --get-status", 1, "*cipher suite id unavailable\n" },
    { "ipmi-chassis -I 17 -k key --get-status", 1, "*k_g invalid\n" },
    { "ipmi-chassis --get-capabilities", 0, "*" },
    { "ipmi-chassis --get-system-restart-cause", 0, "*" },
    { "ipmi-chassis --chassis-identify=1", 0, "*" },
    { "ipmipower --stat", 0, "*: on\n" },
    { "ipmi-sel --sdr-cache-directory @DIR@", 0, "*" },
    { "ipmi-sel --info", 0, "*SEL*" },
    { "ipmi-raw 0 0a 44 00 00 02 00 00 00 00 20 00 04 09 01 6f 00 ff ff", 0,
      "rcvd: 44 00 01 00 \n" },
    { "ipmi-raw 0 0a 44 00 00 02 00 00 00 00 20 00 04 22 02 6f 00 ff ff", 0,
      "rcvd: 44 00 02 00 \n" },
    { "ipmi-sel --sdr-cache-directory @DIR@ --tail=1", 0, "ID*ACPI Power*" },
    { "ipmi-sel --sdr-cache-directory @DIR@ --display=1", 0, "ID*Power Off*" },
    { "ipmi-sel --sdr-cache-directory @DIR@ --hex-dump", 0, "RID:?01?*" },
    { "ipmi-sel --sdr-cache-directory @DIR@ --exclude-sensor-types=Power_Unit "
      "--output-event-state", 0, "*ACPI Power*Nominal*S0/G0\n*" },
    { "ipmi-sel --delete=1", 0, "" },
    { "ipmi-sel --post-clear", 0, "*" },
    { "ipmi-sel --clear", 0, "" },
    { "ipmi-sel --info", 0, "*Number of log entries *: 1\n*" },
    { "ipmi-sensors --sdr-cache-directory @DIR@", 0, "*" },
    { "ipmi-sensors --sdr-cache-directory @DIR@ -v", 0, "*" },
    { "ipmi-chassis --get-power-on-hours-counter", 0, "Power on hours*" },
    { "ipmi-chassis --set-power-restore-policy=ALWAYS-ON", 0, "*" },
    { "ipmi-chassis --get-chassis-status", 0, "*policy *: Always on*" },
    { "ipmi-chassis --set-power-cycle-interval=1", 0, "*" },
    { "bmc-device --get-bmc-global-enables", 0, "*Event Logging *: en*" },
    { "bmc-device --get-sdr-repository-time", 0, "SDR Repository Time*" },
    { "bmc-device --set-sel-time-utc-offset=60", 0, "*" },
    { "bmc-device --get-sel-time-utc-offset", 0, "*60 minutes*" },
    { "bmc-device --rearm-sensor=32", 0, "*" },
    { "bmc-device --set-system-name=name2", 0, "*" },
    { "bmc-info --get-system-info", 0, "*System Name *: name2\n*" },
    { "ipmi-pet --pet-acknowledge 0", 0, "*" },
    { "ipmi-sensors --sdr-info", 0, "*SDR version*" },
    { "ipmi-config --category=pef --checkout -n @DIR@/pef", 0, "*" },
    { "ipmi-config --category=pef --commit -n @DIR@/pef", 0, "" },
    { "ipmi-config --category=pef --diff -n @DIR@/pef", 0, "" },
    { "ipmi-config --category=chassis --checkout -n @DIR@/chassis", 0, "*" },
    { "ipmi-config --category=chassis --commit -n @DIR@/chassis", 0, "" },
    { "ipmi-config --category=chassis --diff -n @DIR@/chassis", 0, "" },
    /* There is no power limit, so it exits with 1. */
    { "ipmi-config --category=dcmi --checkout", 1, "*Asset_Tag*" },
    { "ipmi-config --category=dcmi --checkout -n @DIR@/dcmi", 1, "" },
    { "ipmi-config --category=dcmi --commit -n @DIR@/dcmi", 0, "" },
    { "ipmi-config --category=dcmi --diff -n @DIR@/dcmi", 0, "" },
    { "ipmi-fru --sdr-cache-directory @DIR@", 0, "*matrix*" },
    { "ipmi-dcmi --get-dcmi-capability-info", 0, "*" },
    { "ipmi-dcmi --get-asset-tag", 0, "*" },
    { "ipmi-dcmi --get-management-controller-identifier-string", 0, "*" },
    { "ipmi-dcmi --get-dcmi-sensor-info", 1, "*command invalid*" },
    { "ipmi-dcmi --get-system-power-statistics", 1, "*command invalid*" },
    { "bmc-device --get-lan-statistics", 1, "*command invalid*" },
    { "bmc-device --get-mca-auxiliary-log-status", 1, "*command invalid*" },
    { "bmc-device --set-acpi-power-state --set-acpi-system-power-state=S0_G0 "
      "--set-acpi-device-power-state=D0", 0, "" },
    { "bmc-device --read-fru=@DIR@/fru --device-id=0", 0, "" },
    { "bmc-device --write-fru=@DIR@/fru --device-id=0", 0, "" },
    { "ipmi-oem Dell get-system-info asset-tag", 1, "*not supported*" },
    { "ipmi-raw 0 6 1", 0, "rcvd: 01 00 20 *" },
    { "ipmi-raw 0 6 ee", 0, "rcvd: EE C1 \n" },
    { "ipmi-config --category=chassis --checkout", 0, "*Section*" },
    /* A threshold is set, and the copy of the SDRs stays good. */
    { "ipmi-sensors-config --sdr-cache-directory @DIR@ --commit "
      "-e 33_Memory_Used:Upper_Critical_Threshold=90", 0, "" },
    { "ipmi-sensors-config --sdr-cache-directory @DIR@ --checkout "
      "-S 33_Memory_Used", 1, "*Upper_Critical_Threshold *90.000000*" },
    { "ipmi-sensors --sdr-cache-directory @DIR@ --output-sensor-thresholds",
      0, "*Memory Used* 90.00 *" },
    /* It exits with 1 because not all the thresholds are set. */
    { "ipmi-config --category=sensors --sdr-cache-directory @DIR@ --checkout "
      "-n @DIR@/sensors", 1, "" },
    { "ipmi-config --category=sensors --sdr-cache-directory @DIR@ --commit "
      "-n @DIR@/sensors", 0, "" },
    { "ipmi-config --category=sensors --sdr-cache-directory @DIR@ --diff "
      "-n @DIR@/sensors", 0, "" },
    { NULL }
};

/* @prefix comes before the row's arguments, @suffix behind them. */
static char *make_line(const TestLab *f, const Row *row, const char *prefix,
                       const char *suffix)
{
    g_autofree char *line = g_strconcat(prefix, row->args, suffix, NULL);
    g_auto(GStrv) parts = g_strsplit(line, "@DIR@", -1);

    return g_strjoinv(f->dir->path, parts);
}

static unsigned try_rows(const TestLab *f, const Row *row, const char *prefix,
                         const char *suffix)
{
    unsigned failed = 0;

    for (; row->args; row++) {
        g_autofree char *line = make_line(f, row, prefix, suffix);
        g_autofree char *out = NULL;
        int code = test_run(&out, line);

        if (code != row->code || !g_pattern_match_simple(row->pattern, out)) {
            g_test_message("FAILED: %s: exit status %d instead of %d, "
                           "'%s' should match '%s'", row->args, code,
                           row->code, out, row->pattern);
            g_printerr("%s: exit status %d, '%s'\n", row->args, code, out);
            failed++;
        }
    }
    return failed;
}

static void test_ipmitool(TestLab *f, const void *data)
{
    g_autofree char *prefix = g_strdup_printf(
        "ipmitool -I lanplus -H 127.0.0.1 -p %s -U admin -P password ",
        f->bmc->ipmi_port);

    g_assert_cmpint(try_rows(f, ipmitool_rows, prefix, ""), ==, 0);
}

static void test_freeipmi(TestLab *f, const void *data)
{
    g_autofree char *suffix = g_strdup_printf(
        " -D LAN_2_0 -l ADMIN -h 127.0.0.1:%s -u admin -p password",
        f->bmc->ipmi_port);

    g_assert_cmpint(try_rows(f, freeipmi_rows, "", suffix), ==, 0);
}

/* What the VM uses is a sensor once it has been measured twice. */
static void setup(TestLab *f, const void *data)
{
    g_autofree char *line = NULL;
    g_autofree char *out = NULL;
    unsigned tries = 100;

    test_lab_start(f, GUEST, "BOOTED A");
    line = g_strdup_printf("ipmitool -I lanplus -H 127.0.0.1 -p %s -U admin "
                           "-P password sdr", f->bmc->ipmi_port);
    do {
        g_clear_pointer(&out, g_free);
        g_assert_cmpint(test_run(&out, line), ==, 0);
        g_usleep(G_USEC_PER_SEC / 10);
    } while (!strstr(out, "Memory Used") && --tries);
    g_assert_cmpuint(tries, >, 0);
}

static void teardown(TestLab *f, const void *data)
{
    test_lab_end(f);
}

#define ADD(name, func) \
    g_test_add("/matrix/" name, TestLab, NULL, setup, func, teardown)

int main(int argc, char **argv)
{
    test_init(&argc, &argv);
    ADD("ipmitool", test_ipmitool);
    ADD("freeipmi", test_freeipmi);
    return g_test_run();
}
