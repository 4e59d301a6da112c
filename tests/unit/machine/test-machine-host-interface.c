/* SPDX-License-Identifier: GPL-2.0-or-later */
/* QEMU's options for the host interface, and the SMBIOS structure. */
#include "osdep.h"

#include "machine/machine-host-interface.h"
#include "machine/machine-launch.h"

#define UUID "00112233-4455-6677-8899-aabbccddeeff"

static void test_argv(void)
{
    static const char *const user[] = { "qemu-system-x86_64", NULL };
    MachineHostInterface host = {
        .program = "/opt/a b/qemu-bmc",
        .socket = "/run/x,y/redfish-host.sock",
        .smbios = "/run/x,y/smbios",
        .seed = "/var/lib/x",
        .tls = true,
    };
    MachineLaunchConfig config = {
        .argv = user, .run_dir = "/run/x", .serial = "/run/x/serial.sock",
        .host_interface = &host,
    };
    g_auto(GStrv) argv = machine_launch_build_argv(&config, NULL);
    g_auto(GStrv) without = NULL;
    g_autofree char *line = g_strjoinv(" ", argv);

    g_assert_nonnull(strstr(line, "restrict=on"));
    g_assert_nonnull(strstr(line, "guestfwd=tcp:169.254.95.118:443-cmd:"
                            "'/opt/a b/qemu-bmc' --connect "
                            "'/run/x,,y/redfish-host.sock'"));
    g_assert_nonnull(strstr(line, "-smbios file=/run/x,,y/smbios"));
    host.program = NULL;
    without = machine_launch_build_argv(&config, NULL);
    g_assert_false(g_strv_contains((const char *const *)without, "-netdev"));
}

static void test_smbios(void)
{
    g_autoptr(GBytes) a = machine_host_interface_smbios("a", UUID, true);
    g_autoptr(GBytes) b = machine_host_interface_smbios("b", UUID, true);
    g_autoptr(GBytes) plain = machine_host_interface_smbios("a", UUID, false);
    static const uint8_t uuid[] = {
        0x33, 0x22, 0x11, 0x00, 0x55, 0x44, 0x77, 0x66,
        0x88, 0x99, 0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff,
    };
    gsize len;
    const uint8_t *data = g_bytes_get_data(a, &len);
    const uint8_t *record = data + 6 + data[5];

    g_assert_cmpuint(data[0], ==, 42);
    g_assert_cmpuint(data[1] + 2, ==, len);
    g_assert_cmpuint(data[4], ==, 0x40);
    g_assert_cmpuint(record[0], ==, 1);
    g_assert_cmpuint(record[1], ==, 4);
    g_assert_cmpmem(record + 3, 16, uuid, sizeof(uuid));
    /* Length: the fixed part, and the host name with its end. */
    g_assert_cmpuint(record[2], ==, 91 + record[3 + 90]);
    g_assert_cmpuint(record + 3 + record[2] - data, ==, len - 2);
    g_assert_cmpuint(record[3 + 84] | record[3 + 85] << 8, ==, 443);
    g_assert_false(g_bytes_equal(a, b));
    g_assert_false(g_bytes_equal(a, plain));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/host-interface/argv", test_argv);
    g_test_add_func("/host-interface/smbios", test_smbios);
    return g_test_run();
}
