/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Clients with protocol code of their own: OpenIPMI's library (which
 * collectd uses too), python-ipmi over IPMI 1.5 and through ipmitool, and
 * FreeIPMI's ipmiseld.
 */
#include "osdep.h"

#include "test-guest.h"

#define GUEST \
    "-M q35 -uuid 7c0e3a52-9d5b-4f61-8a34-56789abcdef0 -name others " \
    "-drive if=none,id=a,format=raw,file=@disk-a.img@,snapshot=on " \
    "-device ide-hd,drive=a,bootindex=10"

/* What the shell of OpenIPMI is told, once the domain is there. */
#define DOMAIN_COMMANDS \
    "control get d1(23.1).power\\n" \
    "sensor get \"d1(7.1).ACPI Power\"\\n" \
    "sensor info \"d1(32.1).Memory Used\"\\n" \
    "domain fru d1 1 32 0 0 0 0\\n" \
    "mc chan get_access d1(0.20) 1 non-volatile\\n" \
    "mc get_sel_time d1(0.20)\\n"

static char *run(const char *line)
{
    char *out;

    if (test_run(&out, line) != 0) {
        g_error("%s: %s", line, out);
    }
    return out;
}

static void has(const char *text, const char *part)
{
    if (!strstr(text, part)) {
        g_error("no '%s' in '%s'", part, text);
    }
}

/*
 * The library reads the whole domain before it answers anything: the SDRs,
 * the FRU, the SEL, every sensor.
 */
static void check_domain(const TestLab *lab)
{
    static const char *const parts[] = {
        "Operation: Domain fully up\n",
        "Name: d1(32.1).Memory Used\n",
        "Name: d1(3.1).CPU Load\n",
        "Name: d1(23.1).Power Unit\n",
        "Name: d1(23.1).reset\n",
        /* the answers */
        "  Name: d1(23.1).power\n  Value\n    Num: 0\n    Value: 1\n",
        "    Name: S0/G0 working\n    Set: true\n",
        "    Name: upper critical\n    Readable: true\n    Settable: true\n",
        "Name: product_info_product_name\n",
        "Data: UUID: 7c0e3a52-9d5b-4f61-8a34-56789abcdef0\n",
        "  Privilege Limit: admin\n",
        "  SEL Time: ",
    };
    g_autofree char *line = g_strdup_printf(
        "sh -c '(echo domain open d1 -wait_til_up lan -U admin -P password "
        "-p %s 127.0.0.1; sleep 3; printf \"%%b\" \"$1\"; sleep 2; echo exit) "
        "| timeout 60 openipmish' sh '" DOMAIN_COMMANDS "'",
        lab->bmc->ipmi_port);
    g_autofree char *out = run(line);
    size_t i;

    for (i = 0; i < G_N_ELEMENTS(parts); i++) {
        has(out, parts[i]);
    }
    g_assert_null(strstr(out, "error:"));
}

static void check_openipmi(const TestLab *lab, const char *auth)
{
    g_autofree char *line = g_strdup_printf(
        "timeout 60 openipmicmd -k 'f 0 6 1' lan -U admin -P password -A %s "
        "-L admin -p %s 127.0.0.1", auth, lab->bmc->ipmi_port);
    g_autofree char *out = run(line);

    has(out, "0f 07 00 01 00 20 ");
}

static void check_python(const TestLab *lab, const char *interface)
{
    g_autofree char *line = g_strdup_printf(
        "timeout 60 /usr/bin/python3 %s/tests/clients/python-ipmi-check.py "
        "%s %s", g_getenv("TEST_SOURCE"), interface, lab->bmc->ipmi_port);
    g_autofree char *out = run(line);

    has(out, "all: ok\n");
}

static void check_seld(const TestLab *lab)
{
    g_autofree char *line = g_strdup_printf(
        "timeout 60 ipmiseld --foreground --test-run -D LAN_2_0 -l OPERATOR "
        "-u admin -p password -h 127.0.0.1:%s --cache-directory=%s",
        lab->bmc->ipmi_port, lab->dir->path);
    g_autofree char *out = NULL;

    g_assert_cmpint(test_bmc_ipmitool(lab->bmc, "event 1", NULL), ==, 0);
    out = run(line);
    has(out, "Sensor #48, Critical, Upper Critical - going high\n");
}

static void test_all(void)
{
    TestLab lab = { 0 };

    test_guest_start(&lab, "isa-ipmi-kcs", GUEST, "--ipmi15 md5,md2,password");
    test_bmc_wait_log(lab.bmc, "sensor: Memory Used is there");
    check_domain(&lab);
    check_openipmi(&lab, "rmcp+");
    check_openipmi(&lab, "md5");
    check_openipmi(&lab, "md2");
    check_openipmi(&lab, "straight");
    check_python(&lab, "rmcp");
    check_python(&lab, "ipmitool");
    check_seld(&lab);
    test_lab_end(&lab);
}

int main(int argc, char **argv)
{
    test_init(&argc, &argv);
    g_test_add_func("/ipmi-others/all", test_all);
    return g_test_run();
}
