/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Accounts, channel and LAN configuration by unmodified clients. No VM is
 * needed for that.
 */
#include "osdep.h"

#include <glib/gstdio.h>

#include "test-vm.h"

typedef struct ConfigLab {
    TestDir *dir;
    TestBmc *bmc;
} ConfigLab;

static void start(ConfigLab *f, const char *args)
{
    g_autofree char *line = g_strdup_printf("--qmp /nonexistent/q %s", args);

    f->bmc = test_bmc_start(f->dir, line);
}

static void setup(ConfigLab *f, const void *data)
{
    f->dir = test_dir_new();
    start(f, "");
}

static void teardown(ConfigLab *f, const void *data)
{
    g_clear_pointer(&f->bmc, test_bmc_free);
    g_clear_pointer(&f->dir, test_dir_free);
}

static void restart(ConfigLab *f, const char *args)
{
    test_bmc_stop(f->bmc);
    test_bmc_free(f->bmc);
    start(f, args);
}

static void ipmitool(ConfigLab *f, const char *args, int code,
                     const char *pattern)
{
    g_autofree char *out = NULL;

    g_assert_cmpint(test_bmc_ipmitool(f->bmc, args, &out), ==, code);
    if (!g_pattern_match_simple(pattern, out)) {
        g_error("ipmitool %s: '%s' does not match '%s'", args, out, pattern);
    }
}

/* Whether somebody can log in over LAN. */
static int login(ConfigLab *f, const char *user, const char *password,
                 const char *args)
{
    g_autofree char *line = g_strdup_printf(
        "ipmitool -I lanplus -N 1 -R 1 -H 127.0.0.1 -p %s -U %s -P %s %s",
        f->bmc->ipmi_port, user, password, args);

    return test_run(NULL, line);
}

static void test_users(ConfigLab *f, const void *data)
{
    ipmitool(f, "user list 1", 0, "*2 *admin *ADMINISTRATOR*");
    ipmitool(f, "user set name 3 joe", 0, "*");
    ipmitool(f, "user set password 3 joe12", 0, "*successful (user 3)*");
    ipmitool(f, "user priv 3 3 1", 0, "*successful (user 3)*");
    g_assert_cmpint(login(f, "joe", "joe12", "-L OPERATOR mc info"), !=, 0);
    ipmitool(f, "user enable 3", 0, "*");
    g_assert_cmpint(login(f, "joe", "joe12", "-L OPERATOR mc info"), ==, 0);
    g_assert_cmpint(login(f, "joe", "joe12", "mc info"), !=, 0);
    ipmitool(f, "user test 3 16 joe12", 0, "*Success*");
    ipmitool(f, "user test 3 16 joe13", 1, "*password incorrect*");
    ipmitool(f, "user test 3 20 joe12", 1, "*wrong password size*");
    ipmitool(f, "user set password 3 12345678901234567890 20", 0, "*");
    ipmitool(f, "user set name 4 joe", 1, "*");
    ipmitool(f, "user set name 1 joe", 1, "*");
    ipmitool(f, "channel setaccess 1 3 link=on ipmi=on callin=on "
             "privilege=4", 0, "*successful*");
    /* Debian 12's ipmitool does not send link=off */
    ipmitool(f, "raw 6 0x43 0x91 3 4", 0, "*");
    ipmitool(f, "channel getaccess 1 3", 0,
             "*User Name*: joe*Link Authentication*: disabled*"
             "IPMI Messaging*: enabled*ADMINISTRATOR*Status*: enabled*");
    ipmitool(f, "sol payload status 1 3", 0, "*is enabled*");
    ipmitool(f, "sol payload disable 1 3", 0, "*");
    ipmitool(f, "user summary 1", 0,
             "*Maximum IDs*: 16*Enabled User Count*: 2*Fixed Name*: 1*");
    restart(f, "");
    g_assert_cmpint(login(f, "joe", "12345678901234567890", "mc info"), ==,
                    0);
    ipmitool(f, "sol payload status 1 3", 0, "*is disabled*");
    ipmitool(f, "user disable 3", 0, "*");
    g_assert_cmpint(login(f, "joe", "12345678901234567890", "mc info"), !=,
                    0);
}

static void test_channel(ConfigLab *f, const void *data)
{
    ipmitool(f, "channel info 1", 0,
             "*802.3 LAN*IPMB-1.0*multi-session*7154*"
             "always available*always available*");
    ipmitool(f, "lan set 1 access off", 0, "*");
    g_assert_cmpint(login(f, "admin", "password", "mc info"), !=, 0);
    /* Only the next start helps, unless somebody inside does */
    restart(f, "--reset-accounts");
    ipmitool(f, "raw 6 0x56 1 1 1 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 "
             "18 19 20", 0, " 02*");
    g_assert_cmpint(login(f, "admin", "password", "mc info"), !=, 0);
    g_assert_cmpint(login(f, "admin", "password",
        "-y 0102030405060708090a0b0c0d0e0f1011121314 mc info"), ==, 0);
}

static void test_lan(ConfigLab *f, const void *data)
{
    static const char *const settings[] = {
        "ipsrc static", "ipaddr 192.0.2.9", "netmask 255.255.255.0",
        "macaddr 52:54:00:12:34:56", "defgw ipaddr 192.0.2.1",
        "defgw macaddr 52:54:00:00:00:01", "bakgw ipaddr 192.0.2.2",
        "bakgw macaddr 52:54:00:00:00:02", "snmp private", "vlan id 100",
        "vlan priority 3", "cipher_privs XXXaXXXXXXXXXXX",
        "cipher_privs aaaaaaaaaaaaaaa", "bad_pass_thresh 5 1 60 120",
    };
    g_autofree char *port = NULL;
    unsigned i;

    ipmitool(f, "lan print 1", 0,
             "*IP Address *: 127.0.0.1*Subnet Mask *: 255.0.0.0*"
             "MAC Address *: *Suites *: 3,17*XXXaXXXXXXXXXXX*");
    for (i = 0; i < G_N_ELEMENTS(settings); i++) {
        g_autofree char *args = g_strdup_printf("lan set 1 %s", settings[i]);

        ipmitool(f, args, 0, "*");
    }
    ipmitool(f, "lan set 1 arp generate on", 1, "*");
    ipmitool(f, "lan alert set 1 1 ipaddr 192.0.2.50", 0, "*");
    restart(f, "--lan-port 1024 --lan-address 2001:db8::7");
    ipmitool(f, "lan print 1", 0,
             "*Static Address*IP Address *: 192.0.2.9*255.255.255.0*"
             "52:54:00:12:34:56*private*192.0.2.1*52:54:00:00:00:01*"
             "192.0.2.2*VLAN ID*: 100*Priority*: 3*aaaaaaaaaaaaaaa*"
             "Threshold *: 5*");
    ipmitool(f, "lan alert print 1 1", 0, "*192.0.2.50*");
    ipmitool(f, "lan6 print 1", 0, "*2001:db8::7/128*active*");
    ipmitool(f, "lan6 set 1 static_addr 0 enable 2001:db8::8 64", 0, "*");
    ipmitool(f, "lan6 print 1", 0, "*2001:db8::8/64*active*");
    ipmitool(f, "lan6 set 1 static_rtr 1 fe80::1 52:54:00:00:00:09 "
             "2001:db8:: 64", 0, "*");
    ipmitool(f, "lan6 print 1 static_rtr", 0,
             "*fe80::1*52:54:00:00:00:09*2001:db8::/64*");
    /* It has ended what it has begun */
    ipmitool(f, "raw 0x0c 2 1 0 0 0", 0, " 11 00*");
    /* The port is the one that clients are told */
    ipmitool(f, "raw 0x0c 2 1 8 0 0", 0, " 11 00 04*");
}

static char *freeipmi(ConfigLab *f, const char *program, const char *args,
                      int *code)
{
    g_autofree char *line = g_strdup_printf(
        "%s -D LAN_2_0 -h 127.0.0.1:%s -u admin -p password -l ADMIN %s",
        program, f->bmc->ipmi_port, args);
    char *out = NULL;

    *code = test_run(&out, line);
    return out;
}

/*
 * All sections come, and writing back what came changes nothing. The exit
 * code is 1 as long as there is something that this BMC does not have, such
 * as a serial channel or K_R.
 */
static void test_freeipmi(ConfigLab *f, const void *data)
{
    static const char *const programs[] = { "ipmi-config", "bmc-config" };
    g_autofree char *path = test_dir_file(f->dir, "config");
    g_autofree char *state = test_dir_file(f->dir, "state/state.json");
    g_autofree char *before = NULL;
    unsigned i;

    /* When this is answered, all is written */
    ipmitool(f, "user set name 3 joe", 0, "*");
    g_assert_true(g_file_get_contents(state, &before, NULL, NULL));
    for (i = 0; i < G_N_ELEMENTS(programs); i++) {
        g_autofree char *checkout = g_strdup_printf("--checkout -n %s", path);
        g_autofree char *commit = g_strdup_printf("--commit -n %s", path);
        g_autofree char *out = NULL;
        g_autofree char *text = NULL;
        g_autofree char *after = NULL;
        int code;

        out = freeipmi(f, programs[i], checkout, &code);
        g_assert_cmpint(code, <=, 1);
        g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
        g_assert_true(g_pattern_match_simple(
            "*Section User2*Username*admin*Lan_Privilege_Limit*Administrator*"
            "Section User16*Section Lan_Channel*Always_Available*"
            "Section Lan_Conf\n*IP_Address*127.0.0.1*Section Lan6_Conf*"
            "Section Lan_Conf_Auth*Section Lan_Conf_Security_Keys*K_G*0x00*"
            "Section Lan_Conf_User_Security*Threshold*10*"
            "Section Lan_Conf_Misc*Section Rmcpplus_Conf_Privilege*"
            "Suite_Id_3*Administrator*", text));
        g_free(out);
        out = freeipmi(f, programs[i], commit, &code);
        g_assert_cmpint(code, ==, 0);
        g_assert_true(g_file_get_contents(state, &after, NULL, NULL));
        g_assert_true(g_str_equal(after, before));
        g_unlink(path);
    }
}

/* As MAAS makes its account (C-18). */
static void test_freeipmi_user(ConfigLab *f, const void *data)
{
    static const char *const pairs[] = {
        "User10:Username=maas", "User10:Password=abcdefghijklmnop",
        "User10:Enable_User=Yes", "User10:Lan_Privilege_Limit=Operator",
        "User10:Lan_Enable_IPMI_Msgs=Yes",
        "User10:Lan_Enable_Link_Auth=Yes", "User10:SOL_Payload_Access=No",
        "Lan_Channel:Volatile_Access_Mode=Always_Available",
        "Lan_Channel:Non_Volatile_Access_Mode=Always_Available",
        "Lan_Conf:IP_Address_Source=Static",
        "Lan_Conf:IP_Address_Source=Use_DHCP",
        "Lan_Conf_Security_Keys:K_G=secretkey",
    };
    unsigned i;
    int code;

    for (i = 0; i < G_N_ELEMENTS(pairs); i++) {
        g_autofree char *args = g_strdup_printf("--commit --key-pair=%s",
                                                pairs[i]);
        g_autofree char *out = freeipmi(f, "bmc-config", args, &code);

        if (code) {
            g_error("bmc-config %s: %d %s", args, code, out);
        }
    }
    g_assert_cmpint(login(f, "maas", "abcdefghijklmnop",
                          "-k secretkey -L OPERATOR mc info"), ==, 0);
    g_assert_cmpint(login(f, "maas", "abcdefghijklmnop",
                          "-L OPERATOR mc info"), !=, 0);
}

static const char pyghmi_script[] =
    "import sys\n"
    "from pyghmi.ipmi import command\n"
    "c = command.Command(bmc='127.0.0.1', port=int(sys.argv[1]),\n"
    "                    userid='admin', password='password')\n"
    "n = c.get_net_configuration()\n"
    "assert n['ipv4_address'] == '127.0.0.1/8', n\n"
    "c.create_user(uid=5, name='gh', password='pw5', callback=False,\n"
    "              link_auth=True, ipmi_msg=True,\n"
    "              privilege_level='operator')\n"
    "u = c.get_user(5)\n"
    "assert u['name'] == 'gh', u\n"
    "assert u['access']['privilege_level'] == 'operator', u\n"
    "assert c.set_user_password(5, mode='test_password', password='pw5')\n"
    "assert not c.set_user_password(5, mode='test_password',\n"
    "                               password='pw6')\n"
    "c.user_delete(5)\n"
    "assert c.get_user(5)['name'] is None\n"
    "c.set_net_configuration(ipv4_address='192.0.2.44/24',\n"
    "                        ipv4_configuration='Static',\n"
    "                        ipv4_gateway='192.0.2.1')\n"
    "n = c.get_net_configuration()\n"
    "assert n['ipv4_address'] == '192.0.2.44/24', n\n"
    "assert n['ipv4_gateway'] == '192.0.2.1', n\n"
    "c.ipmi_session.logout()\n"
    "print('PYGHMI-OK')\n";

static void test_pyghmi(ConfigLab *f, const void *data)
{
    g_autofree char *path = test_dir_file(f->dir, "client.py");
    g_autofree char *line = g_strdup_printf("/usr/bin/python3 %s %s", path,
                                            f->bmc->ipmi_port);
    g_autofree char *out = NULL;

    g_assert_true(g_file_set_contents(path, pyghmi_script, -1, NULL));
    if (test_run(&out, line) || !strstr(out, "PYGHMI-OK")) {
        g_error("pyghmi: %s", out);
    }
}

/* Returns what was checked out; writing it back must change nothing. */
static char *write_pef_back(ConfigLab *f, const char *program,
                            const char *options)
{
    g_autofree char *path = test_dir_file(f->dir, "config");
    g_autofree char *state = test_dir_file(f->dir, "state/state.json");
    g_autofree char *checkout = g_strdup_printf("%s --checkout -n %s", options,
                                                path);
    g_autofree char *commit = g_strdup_printf("%s --commit -n %s", options,
                                              path);
    g_autofree char *before = NULL;
    g_autofree char *after = NULL;
    char *text = NULL;
    int code;

    ipmitool(f, "user set name 3 joe", 0, "*");
    g_assert_true(g_file_get_contents(state, &before, NULL, NULL));
    g_free(freeipmi(f, program, checkout, &code));
    g_assert_cmpint(code, ==, 0);
    g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
    g_free(freeipmi(f, program, commit, &code));
    g_assert_cmpint(code, ==, 0);
    ipmitool(f, "user set name 3 joe", 0, "*");
    g_assert_true(g_file_get_contents(state, &after, NULL, NULL));
    g_assert_cmpstr(after, ==, before);
    g_unlink(path);
    return text;
}

static void test_pef(ConfigLab *f, const void *data)
{
    static const char *const settings[] = {
        "lan alert set 1 1 ipaddr 192.0.2.50", "lan alert set 1 1 ack on",
        "raw 4 0x12 1 0x0f", "raw 4 0x12 2 0x2f", "raw 4 0x12 3 60",
        "raw 4 0x12 4 61",
        "raw 4 0x12 6 20 0x80 0x0d 3 0x10 0x41 0x00 1 0x55 0x81 0x00 0x02 "
        "0xf0 0x0f 0x50 0x01 0x02 0x03 0x04 0x05 0x06",
        "raw 4 0x12 9 20 0x3a 0x11 0x82", "raw 4 0x12 12 8 20 2",
        "raw 4 0x12 13 8 1 0x48 0x65 0x6c 0x6c 0x6f",
    };
    g_autofree char *first = write_pef_back(f, "ipmi-config",
                                            "--category=pef");
    g_autofree char *text = NULL;
    unsigned i;

    for (i = 0; i < G_N_ELEMENTS(settings); i++) {
        ipmitool(f, settings[i], 0, "*");
    }
    text = write_pef_back(f, "ipmi-pef-config", "");
    g_assert_true(g_pattern_match_simple(
        "*Enable_PEF_Event_Messages *Yes\n*Enable_PEF_Startup_Delay *Yes\n*"
        "Startup_Delay *60\n*Alert_Startup_Delay *61\n*"
        "Section Event_Filter_20\n*"
        "Event_Filter_Action_Alert *Yes\n*"
        "Event_Filter_Action_Power_Off *No\n*"
        "Event_Filter_Action_Reset *Yes\n*"
        "Event_Filter_Action_Power_Cycle *Yes\n*"
        "Event_Severity *Critical\n*Generator_Id_Byte_1 *0x41\n*"
        "Event_Trigger *0x81\n*", text));
    /* Filters and policies of their own ipmitool cannot make. */
    ipmitool(f, "pef filter disable 20", 0, "*20 is disabled*");
    ipmitool(f, "pef filter enable 20", 0, "*20 is enabled*");
    ipmitool(f, "pef policy disable 20", 0, "*20 is disabled*");
    ipmitool(f, "raw 4 0x13 9 20 0", 0, "*11 14 32 11 82*");
    ipmitool(f, "pef policy enable 20", 0, "*20 is enabled*");
    ipmitool(f, "pef policy list", 0,
             "*20 | 3 | enabled | *802.3 LAN | PET*192.0.2.50*");
    restart(f, "");
    ipmitool(f, "raw 4 0x13 6 20 0", 0,
             "*11 14 80 0d 03 10 41 00 01 55 81 00 02 f0 0f 50*");
    ipmitool(f, "raw 4 0x13 9 20 0", 0, "*11 14 3a 11 82*");
}

int main(int argc, char **argv)
{
    test_init(&argc, &argv);
#define ADD(path, func) \
    g_test_add(path, ConfigLab, NULL, setup, func, teardown)
    ADD("/clients/config/users", test_users);
    ADD("/clients/config/channel", test_channel);
    ADD("/clients/config/lan", test_lan);
    ADD("/clients/config/freeipmi", test_freeipmi);
    ADD("/clients/config/freeipmi/user", test_freeipmi_user);
    ADD("/clients/config/pef", test_pef);
    ADD("/clients/config/pyghmi", test_pyghmi);
    return g_test_run();
}
