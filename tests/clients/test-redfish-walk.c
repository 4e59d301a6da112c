/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The walk of tests/walk through a real service, with a VM of many devices. */
#include "osdep.h"

#include <glib/gstdio.h>

#include "test-vm.h"

#define MANY \
    "-M q35 -name lab -uuid 8f0b6f9a-2a4e-4b52-9f39-1f6e5e3f5a10 " \
    "-m 128,slots=2,maxmem=512M -smp 4,sockets=2,cores=2 -device VGA " \
    "-drive if=none,id=a,format=raw,file=@disk-a.img@,snapshot=on " \
    "-device ide-hd,drive=a,bootindex=10,bus=ide.0 " \
    "-drive if=none,id=b,format=raw,file=@disk-a.img@,snapshot=on " \
    "-device virtio-blk-pci,drive=b,id=vd0 " \
    "-device virtio-scsi-pci,id=sc0 " \
    "-drive if=none,id=c,format=raw,file=@disk-a.img@,snapshot=on " \
    "-device scsi-hd,drive=c,id=sd0,bus=sc0.0 " \
    "-device ide-cd,id=cd0,bus=ide.2 -device qemu-xhci,id=usb " \
    "-netdev user,id=n0 -device virtio-net-pci,netdev=n0,id=net0 " \
    "-netdev user,id=n1 -device e1000e,netdev=n1,id=net1"

#define FEW \
    "-M pc -m 64 " \
    "-drive if=none,id=a,format=raw,file=@disk-a.img@,snapshot=on " \
    "-device ide-hd,drive=a,bootindex=10"

static void setup(TestLab *f, const void *data)
{
    test_lab_start(f, data, "BOOTED A");
}

/* With a TPM as well; it ends with QEMU. */
static void setup_tpm(TestLab *f, const void *data)
{
    g_autofree char *tpm = NULL, *args = NULL, *socket = NULL;
    g_autofree char *state = NULL;

    f->dir = test_dir_new();
    socket = test_dir_file(f->dir, "tpm.sock");
    state = test_dir_file(f->dir, "tpm");
    g_assert_cmpint(g_mkdir(state, 0700), ==, 0);
    tpm = g_strdup_printf("swtpm socket --tpm2 --tpmstate dir=%s "
                          "--ctrl type=unixio,path=%s --terminate --daemon",
                          state, socket);
    g_assert_cmpint(test_run(NULL, tpm), ==, 0);
    args = g_strdup_printf("%s -chardev socket,id=tpm,path=%s "
                           "-tpmdev emulator,id=tpm0,chardev=tpm "
                           "-device tpm-crb,tpmdev=tpm0",
                           (const char *)data, socket);
    test_lab_start(f, args, "BOOTED A");
}

static void teardown(TestLab *f, const void *data)
{
    test_lab_end(f);
}

static void walk(TestLab *f, const char *options, const char *url)
{
    const char *source = g_getenv("TEST_SOURCE");
    g_autofree char *line = g_strdup_printf(
        "env PYTHONDONTWRITEBYTECODE=1 python3 %s/tests/walk/walk.py %s %s",
        source, options, url);
    g_autofree char *out = NULL;
    int status = test_run(&out, line);

    g_test_message("%s", out);
    g_assert_cmpint(status, ==, 0);
    g_assert_nonnull(strstr(out, ", 0 problems"));
}

/* Over TLS, by somebody who logs in. */
static void test_many(TestLab *f, const void *data)
{
    g_autofree char *options = g_strdup_printf(
        "--user admin:password --families %s/tests/walk/families.txt",
        g_getenv("TEST_SOURCE"));

    walk(f, options, f->bmc->redfish);
}

static void test_few(TestLab *f, const void *data)
{
    walk(f, "--user admin:password", f->bmc->redfish);
}

int main(int argc, char **argv)
{
    test_init(&argc, &argv);
    g_test_add("/redfish/walk/many", TestLab, MANY, setup_tpm, test_many,
               teardown);
    g_test_add("/redfish/walk/few", TestLab, FEW, setup, test_few, teardown);
    return g_test_run();
}
