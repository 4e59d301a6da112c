/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the log says about changes over IPMI, and what it must not. */
#include "osdep.h"

#include "ipmi/ipmi-audit.h"
#include "test-util.h"

#define SECRET "Zz9secret"

static const struct {
    uint8_t netfn;
    uint8_t cmd;
    const char *data;
    size_t len;
    const char *text;
} rows[] = {
    { IPMI_NETFN_CHASSIS, 0x02, "\x03", 1, "hard reset" },
    { IPMI_NETFN_CHASSIS, 0x02, "\x0f", 1, "operation 15" },
    { IPMI_NETFN_CHASSIS, 0x04, "", 0, "" },
    { IPMI_NETFN_CHASSIS, 0x04, "\x0f", 1, "seconds 15" },
    { IPMI_NETFN_CHASSIS, 0x06, "\x02", 1, "always on" },
    { IPMI_NETFN_CHASSIS, 0x08, "\x05\x80\x04", 3, "parameter 5" },
    { IPMI_NETFN_SENSOR, 0x26, "\x30\x00\x00", 3, "sensor 30h" },
    { IPMI_NETFN_APP, 0x40, "\x01\x42\x44", 3,
      "channel 1, access always available, privilege Administrator" },
    { IPMI_NETFN_APP, 0x43, "\x91\x03\x03", 3,
      "user 3, channel 1, privilege Operator" },
    { IPMI_NETFN_APP, 0x45, "\x03" "bob\0\0\0\0\0\0\0\0\0\0\0\0\0", 17,
      "user 3, name \"bob\"" },
    { IPMI_NETFN_APP, 0x45, "\x03" "\n\x1b[31mIPMI: x\xff\0\0\0\0", 17,
      "user 3, name \"\\x0a\\x1b[31mIPMI" },
    { IPMI_NETFN_APP, 0x45, "\x03" "0123456789abcdef", 17,
      "user 3, name \"0123456789abcdef\"" },
    { IPMI_NETFN_APP, 0x47, "\x83\x02" SECRET, 11, "user 3, set" },
    { IPMI_NETFN_APP, 0x47, "\x03\x03" SECRET, 11, "user 3, test" },
    { IPMI_NETFN_APP, 0x47, "\x03\x00", 2, "user 3, disable" },
    { IPMI_NETFN_APP, 0x4c, "\x01\x43\x02\0\0\0", 6,
      "user 3, channel 1, disable" },
    { IPMI_NETFN_APP, 0x56, "\x01\x01\x01" SECRET, 12,
      "channel 1, key K_G, set" },
    { IPMI_NETFN_APP, 0x58, "\x02\x00" SECRET, 11, "parameter 2" },
    { IPMI_NETFN_TRANSPORT, 0x01, "\x01\x10" SECRET, 11,
      "channel 1, parameter 16" },
    { IPMI_NETFN_STORAGE, 0x47, SECRET, 9, "" },
};

static void test_texts(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        const IpmiCommand *command = ipmi_core_find(rows[i].netfn,
                                                    rows[i].cmd, 0);
        g_autofree char *text = NULL;

        g_assert_nonnull(command);
        text = ipmi_audit_describe(command, (const uint8_t *)rows[i].data,
                                   rows[i].len);
        g_test_message("%s: %s", command->name, text);
        if (rows[i].text[0]) {
            g_assert_true(g_str_has_prefix(text, rows[i].text));
        } else {
            g_assert_cmpstr(text, ==, "");
        }
        g_assert_null(strstr(text, SECRET));
        for (const char *p = text; *p; p++) {
            g_assert_true(g_ascii_isprint(*p));
        }
    }
}

/* Of any length, nothing is read beyond its end. */
static void test_lengths(void)
{
    static const uint8_t byte = 0xff;

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        const IpmiCommand *command = ipmi_core_find(rows[i].netfn,
                                                    rows[i].cmd, 0);

        for (size_t len = 0; len <= 20; len++) {
            g_autofree uint8_t *data = g_malloc(MAX(len, 1));
            g_autofree char *text = NULL;

            memset(data, byte, len);
            text = ipmi_audit_describe(command, data, len);
            g_assert_true(g_str_is_ascii(text));
        }
    }
}

int main(int argc, char **argv)
{
    test_init(&argc, &argv);
    g_test_add_func("/ipmi/audit/texts", test_texts);
    g_test_add_func("/ipmi/audit/lengths", test_lengths);
    return g_test_run();
}
