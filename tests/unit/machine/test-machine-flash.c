/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Flash chips on a command line. */
#include "osdep.h"

#include "machine/machine-flash.h"

static void check(const char *line, const char *code, const char *vars)
{
    g_auto(GStrv) argv = g_strsplit(line, " ", -1);
    char *files[MACHINE_FLASH__MAX] = { NULL };

    machine_flash_parse((const char *const *)argv, "/vm", files);
    g_assert_cmpstr(files[MACHINE_FLASH_CODE], ==, code);
    g_assert_cmpstr(files[MACHINE_FLASH_VARS], ==, vars);
    g_free(files[MACHINE_FLASH_CODE]);
    g_free(files[MACHINE_FLASH_VARS]);
}

static void test_parse(void)
{
    check("qemu", NULL, NULL);
    check("qemu -drive if=pflash,unit=0,format=raw,readonly=on,file=/a "
          "-drive if=pflash,unit=1,format=raw,file=b", "/a", "/vm/b");
    check("qemu --drive file=/b,format=raw,unit=1,if=pflash", NULL, "/b");
    check("qemu -drive if=pflash,format=raw,file=/x,,y "
          "-drive if=pflash,format=raw,file=../b", "/x,y", "/b");
    check("qemu -drive if=ide,format=raw,file=/a", NULL, NULL);
    check("qemu -drive if=pflash,unit=1,format=qcow2,file=/a", NULL, NULL);
    check("qemu -drive if=pflash,unit=2,format=raw,file=/a", NULL, NULL);
    check("qemu -drive", NULL, NULL);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/machine-flash/parse", test_parse);
    return g_test_run();
}
