/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A VM with in-band IPMI, and the Linux guest. */
#include "osdep.h"

#include "test-guest.h"

/* What the guest prints between a command's output and its status. */
#define END_OF_OUTPUT "\036"

/* Arguments are split at blanks only; to the kernel a tab is a blank too. */
#define LINUX_ARGS \
    "-M q35 -m 256 -uuid 7c0e3a52-9d5b-4f61-8a34-56789abcdef0 " \
    "-kernel @linux/vmlinuz@ -initrd @linux/initrd@ " \
    "-append console=ttyS0\tquiet\ttsc=reliable\tno_timer_check"

static void start_bmc(TestLab *lab, const char *args)
{
    g_autofree char *line = g_strdup_printf(
        "--qmp %s/qmp.sock --vm-ipmi %s/ipmi.sock %s", lab->dir->path,
        lab->dir->path, args ? args : "");

    lab->bmc = test_bmc_start(lab->dir, line);
}

/* Also until the machine's state is known. */
static void wait_connected(TestLab *lab)
{
    test_bmc_wait_log(lab->bmc, "in-band IPMI: QEMU connected");
    test_bmc_wait_power(lab->bmc, "On");
}

void test_guest_start(TestLab *lab, const char *device, const char *vm_args,
                      const char *bmc_args)
{
    g_autofree char *line = NULL;

    if (!lab->dir) {
        lab->dir = test_dir_new();
    }
    start_bmc(lab, bmc_args);
    line = g_strdup_printf(
        "-chardev socket,id=ipmi,path=%s/ipmi.sock,reconnect=1 "
        "-device ipmi-bmc-extern,id=bmc,chardev=ipmi -device %s,bmc=bmc %s",
        lab->dir->path, device, vm_args);
    lab->vm = test_vm_start(lab->dir, line);
    wait_connected(lab);
}

void test_guest_start_bmc(TestLab *lab, const char *bmc_args)
{
    start_bmc(lab, bmc_args);
    wait_connected(lab);
}

void test_guest_start_linux(TestLab *lab, const char *device,
                            const char *bmc_args)
{
    test_guest_start_linux_with(lab, device, NULL, bmc_args);
}

void test_guest_start_linux_with(TestLab *lab, const char *device,
                                 const char *vm_args, const char *bmc_args)
{
    g_autofree char *args = g_strdup_printf(LINUX_ARGS " %s",
                                            vm_args ? vm_args : "");
    g_autofree char *dir = test_vm_guest("linux");
    g_autofree char *line = g_strdup_printf(
        "%s/tests/guests/make-linux.sh %s", g_getenv("TEST_SOURCE"), dir);
    g_autofree char *out = NULL;

    if (test_run(&out, line) != 0) {
        g_error("the Linux guest cannot be made: %s", out);
    }
    test_guest_start(lab, device, args, bmc_args);
    test_guest_wait_boot(lab->vm);
}

void test_guest_wait_boot(TestVm *vm)
{
    test_vm_wait_serial(vm, "LINUX-READY\n");
}

void test_guest_load_ipmi(TestVm *vm)
{
    test_guest_check(vm, "load ipmi_msghandler ipmi_devintf ipmi_si && "
                     "wait_for /dev/ipmi0", "");
}

void test_guest_send(TestVm *vm, const char *line)
{
    g_autofree char *text = g_strconcat(line, "\n", NULL);
    gssize len = strlen(text);

    g_assert_cmpint(g_socket_send(vm->serial, text, len, NULL, NULL), ==,
                    len);
}

int test_guest_run(TestVm *vm, char **output, const char *line)
{
    size_t start = vm->text->len;
    size_t end;

    vm->seen = start;
    test_guest_send(vm, line);
    test_vm_wait_serial(vm, END_OF_OUTPUT);
    end = vm->seen;
    test_vm_wait_serial(vm, "\n");
    g_test_message("guest: %s\n%s", line, vm->text->str + start);
    if (output) {
        *output = g_strndup(vm->text->str + start, end - start -
                            strlen(END_OF_OUTPUT));
    }
    return g_ascii_strtoll(vm->text->str + end, NULL, 10);
}

void test_guest_check(TestVm *vm, const char *line, const char *pattern)
{
    g_autofree char *out = NULL;
    int status = test_guest_run(vm, &out, line);

    if (status || !g_pattern_match_simple(pattern, out)) {
        g_error("guest: %s: exit status %d, '%s' (should match '%s')", line,
                status, out, pattern);
    }
}
