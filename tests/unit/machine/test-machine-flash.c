/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Flash chips on a command line. */
#include "osdep.h"

#include "machine/machine-flash.h"

static void check(const char *line, const char *code, const char *vars)
{
    g_auto(GStrv) argv = g_strsplit(line, " ", -1);
    char *files[MACHINE_FLASH__MAX] = { NULL };

    g_test_message("%s", line);
    machine_flash_parse((const char *const *)argv, "/vm", files, NULL);
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

#define FILE_NODE "-blockdev driver=file,node-name=f,filename=/a "
#define JSON_FILE \
    "-blockdev {\"driver\":\"file\",\"node-name\":\"f\",\"filename\":\"/a,b\"} "
#define RAW_NODE "-blockdev driver=raw,node-name=r,read-only=on,file=f "

static void test_forms(void)
{
    check("qemu -drive if=pflash,file=/a -pflash b", "/a", "/vm/b");
    check("qemu -pflash x,y --pflash /b", "/vm/x,y", "/b");
    check("qemu -drive if=pflash,unit=1,file=/b -pflash /a", "/a", "/b");
    check("qemu -drive if=pflash,index=1,file=/b "
          "-drive if=pflash,index=0,file=file:/a", "/a", "/b");
    /* An image of another format has its place all the same. */
    check("qemu -drive if=pflash,format=qcow2,file=/a -pflash /b", NULL,
          "/b");
    check("qemu -drive if=pflash,file=nbd:localhost:1", NULL, NULL);
    check("qemu -drive if=pflash,file=./nbd:1", "/vm/nbd:1", NULL);
}

static void test_blockdev(void)
{
    check("qemu -M q35,pflash0=f " FILE_NODE, "/a", NULL);
    check("qemu " RAW_NODE FILE_NODE "-machine pflash1=r", NULL, "/a");
    check("qemu -M pflash0=x -machine type=q35,pflash0=r " RAW_NODE JSON_FILE,
          "/a,b", NULL);
    check("qemu -M pflash0=r -blockdev "
          "driver=raw,node-name=r,file.driver=file,file.filename=c,,d",
          "/vm/c,d", NULL);
    check("qemu -M pflash0=r -blockdev {\"driver\":\"raw\","
          "\"node-name\":\"r\",\"file\":{\"driver\":\"file\","
          "\"filename\":\"/c\"}}", "/c", NULL);
}

static void problem(const char *line, const char *expected)
{
    g_auto(GStrv) argv = g_strsplit(line, " ", -1);
    char *files[MACHINE_FLASH__MAX] = { NULL };
    char *problems[MACHINE_FLASH__MAX] = { NULL };

    g_test_message("%s", line);
    machine_flash_parse((const char *const *)argv, "/vm", files, problems);
    g_assert_null(files[MACHINE_FLASH_CODE]);
    g_assert_nonnull(problems[MACHINE_FLASH_CODE]);
    g_assert_nonnull(strstr(problems[MACHINE_FLASH_CODE], expected));
    g_assert_null(problems[MACHINE_FLASH_VARS]);
    g_free(problems[MACHINE_FLASH_CODE]);
}

static void test_problems(void)
{
    problem("qemu -drive if=pflash,format=qcow2,file=/a", "format=qcow2");
    problem("qemu -drive if=pflash,format=raw", "no file=");
    problem("qemu -drive if=pflash,file=nbd:localhost:1", "nbd:localhost:1");
    problem("qemu -pflash nbd://h/x", "-pflash names nbd://h/x");
    problem("qemu -M pflash0=n " FILE_NODE, "node-name=n");
    problem("qemu -M pflash0=n -blockdev {\"node-name\":\"n\"",
            "node-name=n");
    problem("qemu -M pflash0=n -blockdev driver=qcow2,node-name=n,file=f "
            FILE_NODE, "node-name=n has driver qcow2");
    problem("qemu -M pflash0=n -blockdev "
            "driver=raw,node-name=n,offset=4096,file=f " FILE_NODE,
            "node-name=n is a part");
    problem("qemu -M pflash0=n -blockdev {\"driver\":\"raw\","
            "\"node-name\":\"n\",\"size\":4096,\"file\":\"f\"} " FILE_NODE,
            "node-name=n is a part");
    problem("qemu -M pflash0=n -blockdev driver=raw,node-name=n,file=n",
            "node-name=n");
    problem("qemu -M pflash0=n -blockdev driver=raw,node-name=n,"
            "file.driver=nbd,file.path=/x", "node-name=n is on no file");
    problem("qemu -M pflash0=n -blockdev driver=file,node-name=n",
            "no filename");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/machine-flash/parse", test_parse);
    g_test_add_func("/machine-flash/forms", test_forms);
    g_test_add_func("/machine-flash/blockdev", test_blockdev);
    g_test_add_func("/machine-flash/problems", test_problems);
    return g_test_run();
}
