/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The guest agent of a Linux guest, over real virtio-serial: it starts late,
 * is killed and started anew, its guest is reset and switched off, and
 * somebody else has its channel.
 */
#include "osdep.h"

#include <gio/gunixsocketaddress.h>

#include "test-guest.h"

#define SYSTEM "/Systems/1"
#define CARD SYSTEM "/EthernetInterfaces/net0"
#define MAC "52:54:00:aa:bb:01"

#define POLL_MS 100

#define CHANNEL \
    "-device virtio-serial-pci -chardev socket,id=ga,path=%s/ga.sock," \
    "server=on,wait=off -device virtserialport,chardev=ga,%s" \
    "name=org.qemu.guest_agent.0 -netdev user,id=n0 " \
    "-device e1000e,netdev=n0,id=net0,mac=" MAC

#define START_AGENT \
    "qemu-ga -m virtio-serial -p /dev/vport*p1 -t /tmp -f /tmp/ga.pid -d"
/* It removes the file when it ends. */
#define STOP_AGENT "kill $(cat /tmp/ga.pid); " \
    "while [ -e /tmp/ga.pid ]; do sleep 0.1; done"

static char *get(const TestBmc *bmc, const char *path)
{
    g_autofree char *out = NULL;
    g_autofree char *line = g_strdup_printf(
        "curl -sSk -m 30 -u admin:password %s/redfish/v1%s", bmc->redfish,
        path);

    g_assert_cmpint(test_run(&out, line), ==, 0);
    return g_steal_pointer(&out);
}

/* Nothing tells a test that a GET would have another answer. */
static void wait_for(const TestLab *lab, const char *path, const char *text,
                     bool there)
{
    gint64 end = g_get_monotonic_time() + TEST_VM_WAIT_MS * 1000;
    g_autofree char *out = get(lab->bmc, path);

    while ((strstr(out, text) != NULL) != there) {
        if (g_get_monotonic_time() > end) {
            g_error("%s: %s is%s there: %s", path, text,
                    there ? " not" : "", out);
        }
        g_usleep(POLL_MS * 1000);
        g_free(out);
        out = get(lab->bmc, path);
    }
}

static void prepare_guest(const TestLab *lab)
{
    test_guest_check(lab->vm, "for m in virtio_ring virtio "
                     "virtio_pci_modern_dev virtio_pci_legacy_dev virtio_pci "
                     "virtio_console pps_core ptp e1000e; do "
                     "[ ! -e /mod/$m.ko ] || load $m; done; "
                     "wait_for /dev/vport0p1 || wait_for /dev/vport1p1", "*");
    test_guest_check(lab->vm, "hostname node1.example.org; ip link set eth0 "
                     "up && ip addr add 192.0.2.7/25 dev eth0 && "
                     "ip addr add 2001:db8::7/64 dev eth0", "");
}

static void check_facts(const TestLab *lab)
{
    wait_for(lab, SYSTEM, "\"HostName\":\"node1\"", true);
    wait_for(lab, SYSTEM, "\"LastState\":\"OSRunning\"", true);
    wait_for(lab, SYSTEM, SYSTEM "/OperatingSystem", true);
    wait_for(lab, SYSTEM "/OperatingSystem", "\"Name\":\"Test OS 1.0\"",
             true);
    wait_for(lab, SYSTEM "/OperatingSystem", "\"Type\":\"Linux\"", true);
    wait_for(lab, CARD, "\"FQDN\":\"node1.example.org\"", true);
    wait_for(lab, CARD, "{\"Address\":\"192.0.2.7\",\"SubnetMask\":"
             "\"255.255.255.128\"}", true);
    wait_for(lab, CARD, "{\"Address\":\"2001:db8::7\",\"PrefixLength\":64}",
             true);
    wait_for(lab, CARD, "\"AddressOrigin\":\"LinkLocal\"", true);
}

static void check_nothing(const TestLab *lab)
{
    wait_for(lab, SYSTEM, "\"HostName\"", false);
    wait_for(lab, SYSTEM, SYSTEM "/OperatingSystem", false);
    wait_for(lab, CARD, "Addresses", false);
    wait_for(lab, SYSTEM "/OperatingSystem", "ResourceMissingAtURI", true);
}

static void start_lab(TestLab *lab, const char *id, const char *bmc_args)
{
    g_autofree char *args = NULL;

    lab->dir = test_dir_new();
    args = g_strdup_printf(CHANNEL, lab->dir->path, id);
    test_guest_start_linux_with(lab, "isa-ipmi-kcs", args, bmc_args);
    check_nothing(lab);
    wait_for(lab, SYSTEM, "\"LastState\"", false);
    prepare_guest(lab);
}

static void check_restart_of_agent(const TestLab *lab)
{
    test_guest_check(lab->vm, STOP_AGENT, "");
    check_nothing(lab);
    wait_for(lab, SYSTEM, "\"LastState\":\"OSRunning\"", true);
    test_guest_check(lab->vm, START_AGENT, "*");
    check_facts(lab);
}

/* Killed in the middle: the channel is as good as before. */
static void check_kill(const TestLab *lab)
{
    test_guest_check(lab->vm, "kill -STOP $(cat /tmp/ga.pid)", "");
    g_free(get(lab->bmc, CARD));
    test_guest_check(lab->vm, "kill -KILL $(cat /tmp/ga.pid); sleep 0.5; "
                     "rm /tmp/ga.pid", "");
    check_nothing(lab);
    test_guest_check(lab->vm, START_AGENT, "*");
    check_facts(lab);
}

static void check_change(const TestLab *lab)
{
    test_guest_check(lab->vm, "ip addr add 198.51.100.1/32 dev eth0", "");
    wait_for(lab, CARD, "{\"Address\":\"198.51.100.1\",\"SubnetMask\":"
             "\"255.255.255.255\"}", true);
    test_guest_check(lab->vm, "ip addr del 198.51.100.1/32 dev eth0", "");
    wait_for(lab, CARD, "198.51.100.1", false);
}

static GSocket *take_channel(const TestLab *lab)
{
    g_autofree char *path = test_dir_file(lab->dir, "ga.sock");
    g_autoptr(GSocketAddress) addr = g_unix_socket_address_new(path);
    GSocket *socket = g_socket_new(G_SOCKET_FAMILY_UNIX,
                                   G_SOCKET_TYPE_STREAM,
                                   G_SOCKET_PROTOCOL_DEFAULT, NULL);

    g_assert_true(g_socket_connect(socket, addr, NULL, NULL));
    g_socket_set_timeout(socket, TEST_VM_WAIT_MS / 1000);
    return socket;
}

/* QEMU has one client there. We come second, and leave it in peace. */
static void check_taken(const TestLab *lab)
{
    static const char sync[] = "{\"execute\":\"guest-sync\","
                               "\"arguments\":{\"id\":4711}}\n";
    g_autoptr(GSocket) other = take_channel(lab);
    char answer[64] = "";
    gssize n;

    g_assert_cmpint(g_socket_send(other, sync, strlen(sync), NULL, NULL), ==,
                    strlen(sync));
    n = g_socket_receive(other, answer, sizeof(answer) - 1, NULL, NULL);
    g_assert_cmpint(n, >, 0);
    g_assert_nonnull(strstr(answer, "4711"));
    g_free(get(lab->bmc, CARD));
    test_guest_check(lab->vm, "ip addr add 198.51.100.2/32 dev eth0", "");
    g_free(get(lab->bmc, CARD));
    wait_for(lab, CARD, "198.51.100.2", false);
    g_assert_cmpint(g_socket_send(other, sync, strlen(sync), NULL, NULL), ==,
                    strlen(sync));
    n = g_socket_receive(other, answer, sizeof(answer) - 1, NULL, NULL);
    g_assert_cmpint(n, >, 0);
    g_assert_true(g_socket_close(other, NULL));
    wait_for(lab, CARD, "198.51.100.2", true);
}

/* A helper that comes later finds the agent at work. */
static void check_restart_of_bmc(TestLab *lab, const char *args)
{
    test_bmc_stop(lab->bmc);
    test_bmc_free(lab->bmc);
    test_guest_start_bmc(lab, args);
    check_facts(lab);
    wait_for(lab, SYSTEM, "LastStateTime", false);
}

static void check_reset(TestLab *lab)
{
    g_assert_cmpint(test_bmc_redfish(
        lab->bmc, "POST", SYSTEM "/Actions/ComputerSystem.Reset",
        "{\"ResetType\":\"ForceRestart\"}", NULL), <, 300);
    test_guest_wait_boot(lab->vm);
    check_nothing(lab);
    wait_for(lab, SYSTEM, "\"LastState\"", false);
    prepare_guest(lab);
    test_guest_check(lab->vm, START_AGENT, "*");
    check_facts(lab);
    wait_for(lab, SYSTEM, "LastStateTime", true);
    wait_for(lab, SYSTEM, "LastBootTimeSeconds", true);
}

static void check_off(TestLab *lab)
{
    g_assert_cmpint(test_bmc_redfish(
        lab->bmc, "POST", SYSTEM "/Actions/ComputerSystem.Reset",
        "{\"ResetType\":\"ForceOff\"}", NULL), <, 300);
    wait_for(lab, SYSTEM, "\"LastState\":\"None\"", true);
    check_nothing(lab);
}

static void test_port(void)
{
    TestLab lab = { 0 };

    start_lab(&lab, "id=port,", NULL);
    test_guest_check(lab.vm, START_AGENT, "*");
    check_facts(&lab);
    check_change(&lab);
    check_restart_of_agent(&lab);
    check_kill(&lab);
    check_taken(&lab);
    check_restart_of_bmc(&lab, NULL);
    check_reset(&lab);
    check_off(&lab);
    test_lab_end(&lab);
}

/* QEMU tells nothing of a port without an id: who looks finds it. */
static void test_no_id(void)
{
    TestLab lab = { 0 };
    g_autofree char *args = NULL;

    start_lab(&lab, "", "--guest-agent auto");
    test_guest_check(lab.vm, START_AGENT, "*");
    check_facts(&lab);
    check_restart_of_agent(&lab);
    test_bmc_stop(lab.bmc);
    test_bmc_free(lab.bmc);
    test_guest_start_bmc(&lab, "--guest-agent off");
    check_nothing(&lab);
    args = g_strdup_printf("--guest-agent %s/ga.sock", lab.dir->path);
    check_restart_of_bmc(&lab, args);
    test_lab_end(&lab);
}

int main(int argc, char **argv)
{
    test_init(&argc, &argv);
    g_test_add_func("/guest-agent/port", test_port);
    g_test_add_func("/guest-agent/no-id", test_no_id);
    return g_test_run();
}
