/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A libvirt domain whose power is switched by "virsh start" and "virsh
 * destroy", with a monitor of its own for the BMC. libvirtd is a private one
 * (see private-libvirtd).
 */
#include "osdep.h"

#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include "command-lab.h"

typedef struct Fixture {
    CommandLab lab;
    GPid libvirtd;
    char *uri;
} Fixture;

static const char domain_xml[] =
    "<domain type='qemu' "
    "xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0'>"
    "<name>vm7</name><memory unit='MiB'>64</memory><vcpu>1</vcpu>"
    "<os><type arch='x86_64' machine='%s'>hvm</type></os>"
    "<features><acpi/></features>"
    "<on_poweroff>%s</on_poweroff>"
    "<devices>"
    "<disk type='file' device='disk'><driver name='qemu' type='raw'/>"
    "<source file='%s/disk.img'/><target dev='sda' bus='sata'/>"
    "<boot order='1'/></disk>"
    "<disk type='file' device='cdrom'><driver name='qemu' type='raw'/>"
    "<source file='%s'/><target dev='sdb' bus='sata'/><readonly/>"
    "<boot order='2'/></disk>"
    "<serial type='unix'><source mode='bind' path='%s/serial.sock'/>"
    "<log file='%s/serial.log' append='on'/></serial>"
    "</devices>"
    "<qemu:commandline><qemu:arg value='-qmp'/>"
    "<qemu:arg value='unix:%s/qmp.sock,server=on,wait=off'/>"
    "</qemu:commandline></domain>";

static bool missing(const char *program)
{
    g_autofree char *path = g_find_program_in_path(program);

    return path == NULL;
}

static void child_setup(void *opaque)
{
    prctl(PR_SET_PDEATHSIG, SIGTERM);
}

static void start_libvirtd(Fixture *f)
{
    g_autofree char *dir = command_lab_file(&f->lab, "libvirt");
    g_autofree char *program = g_build_filename(
        g_getenv("TEST_SOURCE"), "tests/functional/private-libvirtd", NULL);
    char *argv[] = { (char *)"unshare", (char *)"-m", program, dir, NULL };
    g_autoptr(GError) err = NULL;

    g_spawn_async(NULL, argv, NULL, G_SPAWN_SEARCH_PATH |
                  G_SPAWN_DO_NOT_REAP_CHILD | G_SPAWN_STDOUT_TO_DEV_NULL |
                  G_SPAWN_STDERR_TO_DEV_NULL, child_setup, NULL,
                  &f->libvirtd, &err);
    g_assert_no_error(err);
    command_lab_wait_file(&f->lab, "libvirt/run/libvirt-sock");
    f->uri = g_strdup_printf("qemu+unix:///system?socket=%s/run/libvirt-sock",
                             dir);
}

static int virsh(Fixture *f, const char *args, char **output)
{
    g_autofree char *line = g_strdup_printf("virsh -q -c '%s' %s", f->uri,
                                            args);

    return test_run(output, line);
}

static void assert_domain(Fixture *f, const char *state)
{
    g_autofree char *out = NULL;

    g_assert_cmpint(virsh(f, "domstate vm7", &out), ==, 0);
    g_assert_cmpstr(g_strstrip(out), ==, state);
}

static void define(Fixture *f, const char *machine, const char *on_poweroff)
{
    const char *dir = f->lab.dir->path;
    g_autofree char *cd = test_vm_guest("cd-c.iso");
    g_autofree char *disk = test_vm_guest("disk-a.img");
    g_autofree char *copy = g_strdup_printf("cp %s %s/disk.img", disk, dir);
    g_autofree char *xml = g_strdup_printf(domain_xml, machine, on_poweroff,
                                           dir, cd, dir, dir, dir);
    g_autofree char *path = command_lab_file(&f->lab, "vm7.xml");
    g_autofree char *args = g_strdup_printf("define %s", path);

    g_assert_cmpint(test_run(NULL, copy), ==, 0);
    g_assert_true(g_file_set_contents(path, xml, -1, NULL));
    g_assert_cmpint(virsh(f, args, NULL), ==, 0);
}

static void start_bmc(Fixture *f, const char *start)
{
    g_autofree char *text = g_strdup_printf(
        "[vm]\nqmp=%s/qmp.sock\n[power]\n"
        "on-command=virsh -c %s %s vm7\n"
        "off-command=virsh -c %s destroy vm7\n",
        f->lab.dir->path, f->uri, start, f->uri);
    g_autofree char *path = command_lab_file(&f->lab, "bmc.conf");
    g_autofree char *args = g_strdup_printf("--config %s", path);

    g_assert_true(g_file_set_contents(path, text, -1, NULL));
    f->lab.bmc = test_bmc_start(f->lab.dir, args);
    test_bmc_wait_power(f->lab.bmc, "Off");
}

/* False if this cannot be done here. */
static bool begin(Fixture *f)
{
    if (getuid() || missing("libvirtd") || missing("virsh") ||
        test_run(NULL, "unshare -m mount --make-rprivate /")) {
        g_test_skip("no libvirtd and virsh, or not root");
        return false;
    }
    start_libvirtd(f);
    return true;
}

static void setup(Fixture *f, const void *data)
{
    f->lab.dir = test_dir_new();
}

static void teardown(Fixture *f, const void *data)
{
    if (f->lab.bmc) {
        test_bmc_stop(f->lab.bmc);
    }
    test_bmc_free(f->lab.bmc);
    if (f->libvirtd) {
        virsh(f, "destroy vm7", NULL);
        kill(f->libvirtd, SIGTERM);
        g_assert_cmpint(waitpid(f->libvirtd, NULL, 0), ==, f->libvirtd);
    }
    g_free(f->uri);
    test_dir_free(f->lab.dir);
}

static void booted(Fixture *f, const char *text)
{
    command_lab_wait_serial(&f->lab, text);
    test_bmc_wait_power(f->lab.bmc, "On");
    assert_domain(f, "running");
}

static void off(Fixture *f)
{
    test_bmc_wait_power(f->lab.bmc, "Off");
    assert_domain(f, "shut off");
}

/* It is reset once more before it runs: the override is exact. */
static void test_paused(Fixture *f, const void *machine)
{
    g_autofree char *log = NULL;

    if (!begin(f)) {
        return;
    }
    define(f, machine, "destroy");
    start_bmc(f, "start --paused");
    command_lab_boot_from_cd(&f->lab);
    g_assert_cmpint(command_lab_reset(&f->lab, "On"), ==, 204);
    booted(f, "BOOTED C");
    log = command_lab_read(&f->lab, "serial.log");
    g_assert_null(strstr(log, "BOOTED A"));
    test_bmc_wait_log(f->lab.bmc, "has booted");

    g_assert_cmpint(command_lab_reset(&f->lab, "ForceOff"), ==, 204);
    off(f);
    g_assert_cmpint(command_lab_reset(&f->lab, "On"), ==, 204);
    booted(f, "BOOTED A");
    g_assert_cmpint(command_lab_reset(&f->lab, "ForceRestart"), ==, 204);
    booted(f, "BOOTED A");
    g_assert_cmpint(command_lab_reset(&f->lab, "PowerCycle"), ==, 204);
    booted(f, "BOOTED A");
}

/* libvirt ends QEMU by itself as soon as the guest is off. */
static void test_graceful(Fixture *f, const void *machine)
{
    if (!begin(f)) {
        return;
    }
    define(f, machine, "destroy");
    start_bmc(f, "start --paused");
    g_assert_cmpint(test_bmc_ipmitool(f->lab.bmc, "power on", NULL), ==, 0);
    booted(f, "BOOTED A");
    command_lab_send(&f->lab, 'q');
    g_assert_cmpint(command_lab_reset(&f->lab, "GracefulRestart"), ==, 204);
    booted(f, "BOOTED A");
    command_lab_send(&f->lab, 'q');
    g_assert_cmpint(test_bmc_ipmitool(f->lab.bmc, "power soft", NULL), ==, 0);
    command_lab_wait_serial(&f->lab, "b");
    off(f);
    g_assert_false(test_bmc_logged(f->lab.bmc, "off-command: running"));
}

/* Started running, and for an override reset once. */
static void test_running(Fixture *f, const void *machine)
{
    if (!begin(f)) {
        return;
    }
    define(f, machine, "destroy");
    start_bmc(f, "start");
    command_lab_boot_from_cd(&f->lab);
    g_assert_cmpint(command_lab_reset(&f->lab, "On"), ==, 204);
    booted(f, "BOOTED C");
    test_bmc_wait_log(f->lab.bmc, "has booted");
    g_assert_cmpint(command_lab_reset(&f->lab, "PowerCycle"), ==, 204);
    booted(f, "BOOTED A");
}

/* The administrator has virsh too. */
static void test_others(Fixture *f, const void *machine)
{
    if (!begin(f)) {
        return;
    }
    define(f, machine, "destroy");
    start_bmc(f, "start --paused");
    g_assert_cmpint(virsh(f, "start vm7", NULL), ==, 0);
    booted(f, "BOOTED A");
    g_assert_cmpint(command_lab_reset(&f->lab, "On"), ==, 204);
    g_assert_false(test_bmc_logged(f->lab.bmc, "on-command: running"));
    g_assert_cmpint(virsh(f, "suspend vm7", NULL), ==, 0);
    test_bmc_wait_power(f->lab.bmc, "Paused");
    g_assert_cmpint(virsh(f, "resume vm7", NULL), ==, 0);
    test_bmc_wait_power(f->lab.bmc, "On");
    command_lab_send(&f->lab, 'q');
    g_assert_cmpint(virsh(f, "shutdown vm7", NULL), ==, 0);
    off(f);
    g_assert_cmpint(virsh(f, "start vm7", NULL), ==, 0);
    booted(f, "BOOTED A");
    g_assert_cmpint(virsh(f, "destroy vm7", NULL), ==, 0);
    off(f);

    g_assert_cmpint(virsh(f, "undefine vm7", NULL), ==, 0);
    g_assert_cmpint(command_lab_reset(&f->lab, "On"), ==, 500);
    command_lab_assert_fault(&f->lab, true);
    g_assert_true(test_bmc_logged(f->lab.bmc, "failed to get domain 'vm7'"));
}

/* libvirt starts the guest again: nobody is to be in its way. */
static void test_on_poweroff_restart(Fixture *f, const void *machine)
{
    if (!begin(f)) {
        return;
    }
    define(f, machine, "restart");
    start_bmc(f, "start --paused");
    g_assert_cmpint(command_lab_reset(&f->lab, "On"), ==, 204);
    booted(f, "BOOTED A");
    command_lab_send(&f->lab, 'p');
    booted(f, "BOOTED A");
    g_assert_false(test_bmc_logged(f->lab.bmc, "off-command: running"));
    g_assert_cmpint(command_lab_reset(&f->lab, "ForceOff"), ==, 204);
    off(f);
}

#define ADD(machine, name, func) \
    g_test_add("/libvirt-power/" machine "/" name, Fixture, machine, setup, \
               func, teardown)

int main(int argc, char **argv)
{
    test_init(&argc, &argv);
    ADD("q35", "paused", test_paused);
    ADD("pc", "paused", test_paused);
    ADD("q35", "running", test_running);
    ADD("q35", "graceful", test_graceful);
    ADD("q35", "others", test_others);
    ADD("q35", "on-poweroff-restart", test_on_poweroff_restart);
    return g_test_run();
}
