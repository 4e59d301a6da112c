/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What distributions say about firmware files. */
#include "osdep.h"

#include <sys/stat.h>

#include "bmc/firmware-files.h"
#include "test-util.h"

#define CODE "/usr/share/OVMF/OVMF_CODE_4M.secboot.fd"

static void test_copy(void)
{
    g_autoptr(TestDir) dir = test_dir_new();
    g_autofree char *copy = test_dir_file(dir, "CODE.fd");
    g_autofree char *data = NULL;
    gsize len;

    if (!g_file_get_contents(CODE, &data, &len, NULL)) {
        g_test_skip("ovmf is not installed");
        return;
    }
    g_assert_true(firmware_has_secure_boot(CODE));
    g_assert_true(g_file_set_contents(copy, data, len, NULL));
    g_assert_true(firmware_has_secure_boot(copy));
    data[len - 1] ^= 1;
    g_assert_true(g_file_set_contents(copy, data, len, NULL));
    g_assert_false(firmware_has_secure_boot(copy));
}

/* A process may say anything about its command line: nobody writes there. */
static void test_pipe(void)
{
    g_autoptr(TestDir) dir = test_dir_new();
    g_autofree char *path = test_dir_file(dir, "pipe");

    g_assert_cmpint(mkfifo(path, 0600), ==, 0);
    alarm(60);
    g_assert_false(firmware_has_secure_boot(path));
    alarm(0);
}

int main(int argc, char **argv)
{
    test_init(&argc, &argv);
    g_test_add_func("/firmware-files/copy", test_copy);
    g_test_add_func("/firmware-files/pipe", test_pipe);
    return g_test_run();
}
