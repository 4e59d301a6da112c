/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which file firmware comes from. */
#include "osdep.h"

#include <glib/gstdio.h>

#include "machine/machine-firmware.h"
#include "machine/machine.h"

#include "test-util.h"

static char *make(const char *dir, const char *name)
{
    char *path = g_build_filename(dir, name, NULL);
    g_autofree char *folder = g_path_get_dirname(path);

    g_assert_cmpint(g_mkdir_with_parents(folder, 0700), ==, 0);
    g_assert_true(g_file_set_contents(path, "", 0, NULL));
    return path;
}

static void check(const char *line, const char *program, const char *file,
                  bool is_rom)
{
    g_auto(GStrv) argv = g_strsplit(line, " ", -1);
    g_autofree char *found = NULL;
    bool rom = !is_rom;

    g_test_message("%s", line);
    found = machine_firmware_find((const char *const *)argv, "/vm", program,
                                  &rom, NULL);
    g_assert_cmpstr(found, ==, file);
    g_assert_true(!found || rom == is_rom);
}

static void test_flash(void)
{
    check("qemu -drive if=pflash,unit=0,format=raw,readonly=on,file=/a "
          "-drive if=pflash,unit=1,format=raw,file=b", NULL, "/a", false);
    check("qemu --drive if=pflash,format=raw,file=x,,y "
          "-drive if=pflash,format=raw,file=b", NULL, "/vm/x,y", false);
    check("qemu -drive if=pflash,unit=1,format=raw,file=b "
          "-drive if=pflash,format=raw,file=a", NULL, "/vm/a", false);
    check("qemu -drive if=pflash,unit=1,format=raw,file=b", NULL, NULL,
          false);
    check("qemu -drive if=pflash,unit=0,file=/a", NULL, "/a", false);
    check("qemu -drive if=pflash,unit=0,format=qcow2,file=/a", NULL, NULL,
          false);
    check("qemu -pflash /a -bios /b", NULL, "/a", false);
    check("qemu -machine q35,pflash0=code -blockdev x", NULL, NULL, false);
    check("qemu -machine q35,pflash0=c "
          "-blockdev driver=file,node-name=c,filename=/a", NULL, "/a", false);
}

static void test_rom(void)
{
    g_autoptr(TestDir) dir = test_dir_new();
    g_autofree char *top = test_dir_file(dir, "top");
    g_autofree char *program = g_build_filename(
        top, "bin/qemu-system-x86_64", NULL);
    g_autofree char *arm = g_build_filename(
        top, "bin/qemu-system-aarch64", NULL);
    g_autofree char *kvm = g_build_filename(top, "libexec/qemu-kvm", NULL);
    g_autofree char *rom = make(top, "share/seabios/bios-256k.bin");
    g_autofree char *own = make(top, "own/bios-256k.bin");
    g_autofree char *own_dir = g_path_get_dirname(own);
    g_autofree char *given = g_strconcat("qemu -bios ", own, NULL);
    g_autofree char *by_name = g_strconcat("qemu -L ", own_dir,
                                           " -bios bios-256k.bin", NULL);
    g_autofree char *by_dir = g_strconcat("qemu -M pc -L ", own_dir, NULL);

    check("qemu", program, rom, true);
    check("qemu -M q35", program, rom, true);
    check("qemu -machine type=pc-i440fx-7.2,accel=tcg", program, rom, true);
    check("qemu -machine accel=tcg", program, rom, true);
    check("qemu -M microvm", program, NULL, true);
    check("qemu -M isapc", program, NULL, true);
    check("qemu -M q35,firmware=/x", program, NULL, true);
    check("qemu", kvm, rom, true);
    check("qemu", arm, NULL, true);
    check("qemu", NULL, NULL, true);
    check(given, program, own, true);
    check(by_name, program, own, true);
    check("qemu -bios bios-256k.bin", program, rom, true);
    check("qemu -bios other.bin", program, NULL, true);
    check(by_dir, program, own, true);
}

static void problem(const char *line, const char *program,
                    const char *expected)
{
    g_auto(GStrv) argv = g_strsplit(line, " ", -1);
    g_autofree char *found = NULL;
    g_autofree char *why = NULL;
    bool rom;

    g_test_message("%s", line);
    found = machine_firmware_find((const char *const *)argv, "/vm", program,
                                  &rom, &why);
    g_assert_null(found);
    g_assert_nonnull(why);
    g_assert_nonnull(strstr(why, expected));
}

static void test_problems(void)
{
    g_autoptr(TestDir) dir = test_dir_new();
    g_autofree char *top = test_dir_file(dir, "top");
    g_autofree char *program = g_build_filename(
        top, "bin/qemu-system-x86_64", NULL);
    g_autofree char *rom = make(top, "share/seabios/bios-256k.bin");

    problem("qemu -M q35,firmware=/x", program, "-machine firmware=");
    problem("qemu -readconfig /x", program, "-readconfig");
    problem("qemu -bios none.bin", program, "-bios names none.bin");
    problem("qemu -drive if=pflash,format=vdi,file=/a", program,
            "format=vdi");
    problem("qemu -M pflash0=x", program, "node-name=x");
    check("qemu -readconfig /x -bios bios-256k.bin", program, rom, true);
}

static void replace(const char *line, const char *file, const char *expected)
{
    g_auto(GStrv) argv = g_strsplit(line, " ", -1);
    g_auto(GStrv) out = machine_firmware_replace((const char *const *)argv,
                                                 file);
    g_autofree char *joined = g_strjoinv(" ", out);

    g_assert_cmpstr(joined, ==, expected);
}

static void test_replace(void)
{
    replace("qemu -drive if=pflash,unit=0,format=raw,readonly=on,file=/a,,b "
            "-drive if=pflash,unit=1,format=raw,file=/a -m 1",
            "/n,ew", "qemu -drive if=pflash,unit=0,format=raw,readonly=on,"
            "file=/n,,ew -drive if=pflash,unit=1,format=raw,file=/a -m 1");
    replace("qemu -drive file=/a,if=pflash,format=raw -m 1", "/b",
            "qemu -drive file=/b,if=pflash,format=raw -m 1");
    /* Our file is not looked at for its format. */
    replace("qemu -drive if=pflash,file=/a -m 1", "/b",
            "qemu -drive if=pflash,file=/b,format=raw -m 1");
    replace("qemu --pflash /a -pflash /v", "/n,ew",
            "qemu -drive if=pflash,format=raw,file=/n,,ew -pflash /v");
    replace("qemu -M q35,pflash0=r -blockdev driver=raw,node-name=r,file=f "
            "-blockdev driver=file,node-name=f,filename=/a,read-only=on",
            "/n,ew", "qemu -M q35,pflash0=r "
            "-blockdev driver=raw,node-name=r,file=f -blockdev "
            "driver=file,node-name=f,filename=/n,,ew,read-only=on");
    replace("qemu -M pflash0=r -blockdev "
            "driver=raw,node-name=r,file.driver=file,file.filename=/a", "/b",
            "qemu -M pflash0=r -blockdev "
            "driver=raw,node-name=r,file.driver=file,file.filename=/b");
    replace("qemu -M pflash0=r -blockdev {\"driver\":\"raw\","
            "\"node-name\":\"r\",\"file\":{\"driver\":\"file\","
            "\"filename\":\"/c\"}}", "/b",
            "qemu -M pflash0=r -blockdev {\"driver\":\"raw\","
            "\"node-name\":\"r\",\"file\":{\"driver\":\"file\","
            "\"filename\":\"/b\"}}");
    replace("qemu -bios /a -m 1", "/b", "qemu -bios /b -m 1");
    replace("qemu -m 1", "/b", "qemu -m 1 -bios /b");
}

static void test_pending(void)
{
    Machine machine = {
        .firmware_given = (char *)"/a",
        .firmware_dir = (char *)"/s/firmware",
    };

    g_assert_false(machine_firmware_pending(&machine));
    machine.info.firmware_file = (char *)"/a";
    g_assert_false(machine_firmware_pending(&machine));
    machine_set_firmware(&machine, "/s/firmware/1.fd");
    g_assert_true(machine_firmware_pending(&machine));
    machine.info.firmware_file = (char *)"/s/firmware/1.fd";
    g_assert_false(machine_firmware_pending(&machine));
    machine_set_firmware(&machine, NULL);
    g_assert_true(machine_firmware_pending(&machine));
    /* A wrapper may have replaced it: that is as it should be. */
    machine.info.firmware_file = (char *)"/w";
    g_assert_false(machine_firmware_pending(&machine));
}

int main(int argc, char **argv)
{
    test_init(&argc, &argv);
    g_test_add_func("/machine-firmware/flash", test_flash);
    g_test_add_func("/machine-firmware/rom", test_rom);
    g_test_add_func("/machine-firmware/problems", test_problems);
    g_test_add_func("/machine-firmware/replace", test_replace);
    g_test_add_func("/machine-firmware/pending", test_pending);
    return g_test_run();
}
